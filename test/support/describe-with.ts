import { type OptionalPart, surroundings } from './surroundings';

/** Like `describe`, for suites that need a part: where it cannot be had they are skipped, the reason in their name. */
export function describeWith(part: OptionalPart, name: string, suite: () => void): void {
  const found = surroundings()[part];
  if ('unavailable' in found) describe.skip(`${name} (skipped: ${found.unavailable})`, suite);
  else describe(name, suite);
}
