import type { z } from 'zod';

/** An event as it was stored: its type, the version of its schema, and its data as JSON. */
export interface Encoded {
  type: string;
  schemaVersion: number;
  data: unknown;
}

type Schemas = Record<string, z.ZodType>;
type EventOf<Known extends Schemas> = {
  [Type in keyof Known]: { type: Type; data: z.infer<Known[Type]> };
}[keyof Known];

/** Data of one version made into data of the next; pure. */
export type Upcast = (data: unknown) => unknown;

/** Of a version that the next one only adds to. */
export const asItWas: Upcast = (data) => data;

/** Types that have changed: the version of today, and how each older one becomes the next. */
export type Evolution<Type extends string> = {
  readonly [Changed in Type]?: { readonly version: number; readonly upcasts: Readonly<Record<number, Upcast>> };
};

/** A stored version has no way to the version of today; found when the program starts, not when the event is met. */
export class IncompleteUpcasts extends Error {
  override readonly name = 'IncompleteUpcasts';
}

/** How the events of one category are written and read. */
export interface EventCodec<Event> {
  readonly types: readonly string[];
  /** The version in which events of this type are written today. Throws for a type that is not known. */
  versionOf(type: string): number;
  /** Any version ever written, as of today: an unknown type or version, or data that does not fit, throws and is never guessed at. */
  decode(stored: Encoded): Event;
}

/**
 * Reads stored events by the schemas of today, older versions by way of their upcasts; without an evolution a type is
 * still in its first version. Throws IncompleteUpcasts unless every version from the first has its upcast.
 */
export function eventCodec<const Known extends Schemas>(
  schemas: Known,
  evolution: Evolution<keyof Known & string> = {},
): EventCodec<EventOf<Known>> {
  const known = new Map(
    Object.entries(schemas).map(([type, schema]) => {
      const { version = 1, upcasts = {} } = evolution[type] ?? {};
      return [type, { schema, version, upcasts: chain(type, version, upcasts) }];
    }),
  );
  const unknown = ({ type, schemaVersion }: Omit<Encoded, 'data'>) =>
    new Error(`no schema for event ${type} of version ${schemaVersion}`);
  return {
    types: [...known.keys()],
    versionOf(type) {
      const found = known.get(type);
      if (!found) throw unknown({ type, schemaVersion: 0 });
      return found.version;
    },
    decode(stored) {
      const found = known.get(stored.type);
      const { schemaVersion } = stored;
      if (!found || schemaVersion < 1 || schemaVersion > found.version) throw unknown(stored);
      let { data } = stored;
      for (const upcast of found.upcasts.slice(schemaVersion - 1)) data = upcast(data);
      return { type: stored.type, data: found.schema.parse(data) } as EventOf<Known>;
    },
  };
}

/** The upcasts in order; the first leads from version 1 to 2. */
function chain(type: string, version: number, upcasts: Readonly<Record<number, Upcast>>): readonly Upcast[] {
  const beyond = Object.keys(upcasts).find((from) => Number(from) >= version);
  if (beyond !== undefined)
    throw new IncompleteUpcasts(`${type} is in version ${version} and has an upcast from ${beyond}`);
  return Array.from({ length: version - 1 }, (_, index) => {
    const upcast = upcasts[index + 1];
    if (!upcast) throw new IncompleteUpcasts(`${type} has no upcast from version ${index + 1} to ${index + 2}`);
    return upcast;
  });
}
