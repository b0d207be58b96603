/** The part cannot be had on this machine, and why. */
export type Unavailable = { readonly unavailable: string };

/** The parts that some machines cannot have. */
export type OptionalPart = 'temporal' | 'timeSkipping';

/** What `npm test` has started for all suites of a run; see test/run.ts. */
export type Surroundings = {
  /** A Postgres server, as its superuser, and the name of the migrated database that test databases are copied from. */
  readonly postgres: { readonly url: string; readonly template: string };
  /** A Temporal dev server's front end, `host:port`, and the program, which is its command-line client as well. */
  readonly temporal: { readonly address: string; readonly program: string } | Unavailable;
  /** The time-skipping test server's program: each suite that needs it runs its own, as its clock is one for all. */
  readonly timeSkipping: { readonly program: string } | Unavailable;
  /** `npm run histories`: the suites of workflow histories write them anew instead of replaying them. */
  readonly recordHistories: boolean;
};

/** The environment variable by which test/run.ts hands them over, as JSON. */
export const SURROUNDINGS_VARIABLE = 'BOXOFFICE_TEST_SURROUNDINGS';

/** @throws when the suite was not started through `npm test`. */
export function surroundings(): Surroundings {
  const given = process.env[SURROUNDINGS_VARIABLE];
  if (given === undefined) throw new Error('Run the suites through `npm test -- <files>`: it starts what they need');
  return JSON.parse(given);
}

/** The part, for use inside a suite that asked for it with `describeWith`. */
export function available<Part extends OptionalPart>(part: Part): Exclude<Surroundings[Part], Unavailable> {
  const found = surroundings()[part];
  if ('unavailable' in found) throw new Error(found.unavailable);
  return found as Exclude<Surroundings[Part], Unavailable>;
}
