import fresh from 'fresh';

/**
 * Whether `If-None-Match` names this representation, as RFC 9110, section 13.1.2 has it: one of its tags is the same, weak
 * or not, since a proxy that compresses an answer weakens its tag; or it is `*`, which names any. What a request says to
 * caches changes nothing: what is known stays known.
 */
export function isKnown(ifNoneMatch: string | undefined, etag: string | undefined): boolean {
  return ifNoneMatch !== undefined && fresh({ 'if-none-match': ifNoneMatch.replaceAll('\t', ' ') }, { etag });
}
