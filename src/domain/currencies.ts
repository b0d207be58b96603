import * as kept from 'dinero.js/currencies';

/** Currencies that ISO 4217 has withdrawn since the list that the package holds. */
const withdrawn: ReadonlySet<string> = new Set([
  'BGN', // on 1 January 2026, for the euro
]);

/** Of a unit that is made of five others, ISO 4217 says two decimals, as are usual. */
const decimalsOfFifths = 2;

/** The currencies of ISO 4217 today, and how many decimals their minor unit stands for: 2 for EUR, 0 for JPY, 3 for KWD. */
export const minorUnits: ReadonlyMap<string, number> = new Map(
  Object.values(kept)
    .filter(({ code }) => !withdrawn.has(code))
    .map(({ code, base, exponent }) => [code, base === 10 ? exponent : decimalsOfFifths]),
);
