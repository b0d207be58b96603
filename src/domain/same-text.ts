// Text as people see it, whatever the code points are. No zod here: workflows import it.

/** Soft hyphens, joiners, marks of direction, selectors of a variant. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
/** Signs that only stand for an empty place, or that steer how others are drawn. */
const empty = String.raw`\u2800\uFFF9-\uFFFB\u{13430}-\u{1343F}\u{13441}\u{13442}\u{1D159}`;
/** What leaves no mark where it is shown: all of these, and white space. */
const blank = new RegExp(String.raw`[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}${empty}]`, 'gu');
const emptySign = new RegExp(`[${empty}]`, 'u');
const plainAscii = /^[\x20-\x7e]*$/;

export const isVisible = (text: string): boolean => text.replaceAll(blank, '') !== '';

/** Of a sign that leaves no mark and that comparing takes for one all the same. */
export const hasEmptySign = (text: string): boolean => emptySign.test(text);

export const withoutInvisible = (text: string): string => text.replaceAll(invisible, '');

/**
 * The one form in which texts are compared that mean the same however they are written: composed or not, wide or narrow,
 * with or without what cannot be seen. Capitals stay capitals.
 */
export function sameText(text: string): string {
  return plainAscii.test(text) ? text : withoutInvisible(text.normalize('NFKC')).normalize('NFKC');
}
