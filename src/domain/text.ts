import { z } from 'zod';

/** One line of text from outside: no control characters, no halves of a character, not only white space. */
export const plainText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');
