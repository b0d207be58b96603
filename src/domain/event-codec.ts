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

/** Every event of today is the first version of its schema. */
export const schemaVersion = 1;

/** Reads stored events by their schemas: an unknown type or version, or data that does not fit, is an error and never guessed at. */
export function decoder<Known extends Schemas>(schemas: Known): (stored: Encoded) => EventOf<Known> {
  return (stored) => {
    const schema = Object.hasOwn(schemas, stored.type) ? schemas[stored.type] : undefined;
    if (!schema || stored.schemaVersion !== schemaVersion) {
      throw new Error(`no schema for event ${stored.type} of version ${stored.schemaVersion}`);
    }
    return { type: stored.type, data: schema.parse(stored.data) } as EventOf<Known>;
  };
}
