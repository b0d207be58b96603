/** The `Prefer` header as RFC 7240, section 2 has it: preferences with a comma between them, each with parameters of its own. */

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const space = String.raw`[ \t]*`;

/** A name, with a value where there is one: so for preferences and for parameters. An empty value is none. */
const named = new RegExp(`(${token})(?:${space}=${space}(${token}|${quoted})?)?${space}`, 'sy');
const semicolon = new RegExp(`;${space}`, 'y');
/** What is left of a preference that is not as the grammar has it: no comma in quotes ends it, nor any after a quote that is never closed. */
const rest = new RegExp(`(?:${quoted}|".*|[^",])*`, 'sy');
const comma = new RegExp(`,${space}|$`, 'y');

/** Reads from left to right. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** What the pattern, which is sticky, matches here; undefined where it does not. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text) ?? undefined;
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}

const unquoted = (value: string) => (value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : value);

/** One preference, its parameters passed over; undefined where it is not as the grammar has it. */
function takePreference(reader: Reader): { name: string; value: string } | undefined {
  const preference = reader.take(named);
  while (preference && reader.take(semicolon)) reader.take(named);
  if (!preference || !reader.take(comma)) {
    reader.take(rest);
    reader.take(comma);
    return undefined;
  }
  const [, name = '', value = ''] = preference;
  return { name: name.toLowerCase(), value: unquoted(value) };
}

/**
 * The preferences of a header by their names in lower case, each with its value, '' where it has none. Of a name that
 * comes twice the first counts. What is no preference is passed over, and the others still count.
 * @param header of several such headers, all of them with commas between.
 */
export function preferences(header: string): ReadonlyMap<string, string> {
  const reader = new Reader(header.trim());
  const found = new Map<string, string>();
  while (!reader.isAtEnd) {
    const preference = takePreference(reader);
    if (preference && !found.has(preference.name)) found.set(preference.name, preference.value);
  }
  return found;
}
