import { z } from 'zod';

/** One line of text from outside: no control characters, no halves of a character, not only white space. */
export const plainText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

/** Soft hyphens, joiners, marks of direction. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Text as it is compared: without what cannot be seen, in small letters. By way of capitals, where ß is SS and every sigma is one. */
export const inSmallLetters = (text: string) => text.replaceAll(invisible, '').toUpperCase().toLowerCase();
