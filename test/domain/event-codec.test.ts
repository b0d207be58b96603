import { z } from 'zod';
import {
  cartCodec,
  type Evolution,
  eventCodec,
  poolCodec,
  purchaseCodec,
  showCodec,
  venueCodec,
} from '../../src/domain';
import examples from './event-fixtures.json';

interface Example {
  type: string;
  schemaVersion: number;
  note: string;
  data: unknown;
  /** What data of an older version is read as now. */
  today?: unknown;
}

const codecs = [poolCodec, purchaseCodec, showCodec, venueCodec, cartCodec];
const codecOf = (type: string) => codecs.find(({ types }) => types.includes(type)) ?? poolCodec;
const decode = (stored: { type: string; schemaVersion: number; data: unknown }) => codecOf(stored.type).decode(stored);

describe('stored events', () => {
  it('have a frozen example of every type in every version', () => {
    const wanted = codecs.flatMap((codec) =>
      codec.types.flatMap((type) =>
        Array.from({ length: codec.versionOf(type) }, (_, index) => `${type} ${index + 1}`),
      ),
    );
    expect(new Set(examples.map(({ type, schemaVersion }) => `${type} ${schemaVersion}`))).toEqual(new Set(wanted));
  });

  it.each(examples as Example[])('of type $type, version $schemaVersion, are still read in full: $note', (example) => {
    const { type, data, today } = example;
    expect(decode(example)).toEqual({ type, data: today ?? data });
  });

  it.each([
    [{ type: 'PoolRenamed', schemaVersion: 1, data: {} }],
    [{ type: 'constructor', schemaVersion: 1, data: {} }],
    [{ type: 'SalesOpened', schemaVersion: 2, data: {} }],
    [{ type: 'SalesOpened', schemaVersion: 0, data: {} }],
    [{ type: 'PurchaseExpired', schemaVersion: 3, data: { reason: 'later' } }],
  ])('of an unknown type or version are refused: %p', (stored) => {
    expect(() => decode(stored)).toThrow(`no schema for event ${stored.type} of version ${stored.schemaVersion}`);
  });

  it('whose data does not fit are refused, in every version', () => {
    const price = { amount: 0.5, currency: 'EUR' };
    expect(() => decode({ type: 'PoolRepriced', schemaVersion: 1, data: { price } })).toThrow();
    expect(() => decode({ type: 'TicketReleased', schemaVersion: 1, data: {} })).toThrow();
    expect(() => decode({ type: 'PurchaseExpired', schemaVersion: 2, data: {} })).toThrow();
  });
});

describe('a codec', () => {
  const schemas = { Seated: z.object({ row: z.string(), seat: z.int() }) };
  const seat = (data: unknown) => ({ ...z.object({ row: z.string() }).parse(data), seat: 1 });
  const row = (data: unknown) => ({ row: z.object({ name: z.string() }).parse(data).name });

  it('leads the oldest version through every upcast, and a newer one through those it needs', () => {
    const codec = eventCodec(schemas, { Seated: { version: 3, upcasts: { 1: row, 2: seat } } });
    const seated = { type: 'Seated', data: { row: 'A', seat: 1 } };
    expect(codec.decode({ type: 'Seated', schemaVersion: 1, data: { name: 'A' } })).toEqual(seated);
    expect(codec.decode({ type: 'Seated', schemaVersion: 2, data: { row: 'A' } })).toEqual(seated);
    expect(codec.decode({ type: 'Seated', schemaVersion: 3, data: { row: 'A', seat: 1 } })).toEqual(seated);
  });

  it.each<[string, Evolution<'Seated'>]>([
    ['Seated has no upcast from version 1 to 2', { Seated: { version: 3, upcasts: { 2: seat } } }],
    ['Seated has no upcast from version 2 to 3', { Seated: { version: 3, upcasts: { 1: row } } }],
    ['Seated is in version 2 and has an upcast from 2', { Seated: { version: 2, upcasts: { 1: row, 2: seat } } }],
  ])('with a gap is refused when it is made: %s', (message, evolution) => {
    expect(() => eventCodec(schemas, evolution)).toThrow(message);
  });
});
