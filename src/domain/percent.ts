/** Hundredths of a per cent in the whole. */
const whole = 10_000;

/** A percentage in hundredths of a per cent: exact, where it has at most two decimals. */
export const hundredths = (percent: number): number => Math.round(percent * 100);

export const hasTwoDecimals = (percent: number): boolean => hundredths(percent) / 100 === percent;

/** Minor units times all factors, rounded half up to a minor unit once; exact however large. */
export function multiplied(amount: number, factors: readonly { percent: number }[]): number {
  let numerator = BigInt(amount);
  let denominator = 1n;
  for (const { percent } of factors) {
    numerator *= BigInt(whole + hundredths(percent));
    denominator *= BigInt(whole);
  }
  return Number((2n * numerator + denominator) / (2n * denominator));
}

/** How many full steps of `step` per cent lie in `part / all`; exact, as quotients of whole numbers below 2^53 round to no other whole number. */
export function fullSteps(part: number, all: number, step: number): number {
  return Math.floor((part * whole) / (all * hundredths(step)));
}

/** `part / all` in per cent, rounded down to two decimals. */
export const share = (part: number, all: number): number => Math.floor((part * whole) / all) / 100;
