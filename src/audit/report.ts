import type { Finding } from './rule';

/** Sentences printed below a check that found breaches. */
const printedSentences = 20;

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** One line for a check, with what it counted, and below it the first of its breaches. */
export function linesOf({ number: rule, name, counted, breaches, sentences }: Finding): string[] {
  const counts = Object.entries(counted).map(([what, count]) => `${number.format(count)} ${what}`);
  const line = `${breaches === 0 ? 'ok  ' : 'FAIL'} ${rule} ${name}: ${counts.join(', ')}, ${number.format(breaches)} breaches`;
  const printed = sentences.slice(0, printedSentences).map((sentence) => `       ${sentence}`);
  const more = breaches - printed.length;
  return [line, ...printed, ...(more > 0 ? [`       and ${number.format(more)} more`] : [])];
}
