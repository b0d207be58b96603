import { decoder, poolEvents, purchaseEvents, schemaVersion } from '../../src/domain';
import examples from './event-fixtures.json';

const schemas = { ...poolEvents, ...purchaseEvents };
const decode = decoder(schemas);

describe('stored events', () => {
  it('have a frozen example of every type in every version', () => {
    const versions = Array.from({ length: schemaVersion }, (_, index) => index + 1);
    const wanted = Object.keys(schemas).flatMap((type) => versions.map((version) => `${type} ${version}`));
    expect(new Set(examples.map(({ type, schemaVersion: version }) => `${type} ${version}`))).toEqual(new Set(wanted));
  });

  it.each(examples)('of type $type, version $schemaVersion, are still read in full: $note', (example) => {
    expect(decode(example)).toEqual({ type: example.type, data: example.data });
  });

  it.each([
    [{ type: 'PoolRenamed', schemaVersion, data: {} }],
    [{ type: 'constructor', schemaVersion, data: {} }],
    [{ type: 'SalesOpened', schemaVersion: schemaVersion + 1, data: {} }],
    [{ type: 'SalesOpened', schemaVersion: 0, data: {} }],
  ])('of an unknown type or version are refused: %p', (stored) => {
    expect(() => decode(stored)).toThrow(`no schema for event ${stored.type} of version ${stored.schemaVersion}`);
  });

  it('whose data does not fit are refused', () => {
    const price = { amount: 0.5, currency: 'EUR' };
    expect(() => decode({ type: 'PoolRepriced', schemaVersion, data: { price } })).toThrow();
    expect(() => decode({ type: 'TicketReleased', schemaVersion, data: {} })).toThrow();
  });
});
