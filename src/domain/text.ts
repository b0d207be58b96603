import { z } from 'zod';
import { isVisible, withoutInvisible } from './same-text';

/** Text from outside is composed (NFC) as it enters, so that it is stored, counted and found in one form. */
export const givenString = () => z.string().normalize('NFC');

export const mustBeSeen = 'must have something to see';

/** One line of text from outside: no control characters, no halves of a character, something to see. */
export const plainText = (most: number) =>
  givenString()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters')
    .refine(isVisible, mustBeSeen);

/** Text as it is compared: without what cannot be seen, in small letters. By way of capitals, where ß is SS and every sigma is one. */
export const inSmallLetters = (text: string) => withoutInvisible(text).toUpperCase().toLowerCase();
