import { inSmallLetters } from '../domain';

export const wordLimits = {
  /** Characters of a word that count. */
  length: 50,
  /** Words of one search that count. */
  searched: 10,
} as const;

/** The words of a text as they are compared: in small letters without accents, each once. */
export function wordsOf(text: string): string[] {
  const plain = inSmallLetters(text.normalize('NFKD')).replaceAll(/\p{M}/gu, '');
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => Array.from(word).slice(0, wordLimits.length).join('')))];
}

/** A tsquery for texts in which, for each word that is searched for, some word begins with it; undefined where none is. */
export function searchFor(text: string): string | undefined {
  const words = wordsOf(text).slice(0, wordLimits.searched);
  return words.length === 0 ? undefined : words.map((word) => `'${word}':*`).join(' & ');
}
