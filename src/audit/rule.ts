/** Every stream there is, or what changed. */
export type ScopeKind = 'whole' | 'changes';

/** What an audit of the changes looks at. */
export interface Changes {
  /** Purchases are read as a whole, pools from where their kept counts end (`audited_pools`). */
  readonly streams: readonly string[];
  /** Tickets are followed through all that pools appended after this position. */
  readonly ticketsAfter: number;
  /** Purchases reserved since then have all that their pools did for them after that position. */
  readonly reservedSince: Date | undefined;
}

export type Scope = 'whole' | Changes;

/** What is not a breach though it looks like one, because it takes time. Seconds. */
export interface Allowances {
  /** A claim may outlive its hold by the longest outage and what the rule itself grants. */
  readonly claimSeconds: number;
  /** A claim that ended too late is told of for so long after its end; one that has not ended, always. */
  readonly lateClaimSeconds: number;
  /** Captured money may be without tickets and without a refund for so long: until the dust settles. */
  readonly settleSeconds: number;
}

/** What the rule itself grants a claim beyond its hold and the longest outage (DESIGN 8, rule 3). */
export const claimGraceSeconds = 5;

/** For a system that sells. Nobody knows its longest outage, so one of a minute is forgiven, and a longer one told of for a day. */
export const usualAllowances: Allowances = {
  claimSeconds: claimGraceSeconds + 60,
  lateClaimSeconds: 86_400,
  settleSeconds: 120,
};

/** One check of one of the five rules of DESIGN 8, or of shows and carts, as SQL that works it out anew from the events. */
export interface Rule {
  /** Its name in metrics and tables. */
  readonly id: string;
  /** That of the rule of DESIGN 8; 6 for what must hold of shows and carts (DESIGN 1). */
  readonly number: 1 | 2 | 3 | 4 | 5 | 6;
  /** What holds where it is not broken, in a few words. */
  readonly name: string;
  /** An audit of the changes finds a breach only while it is new; it is told of until everything is audited again. */
  readonly foundOnce?: boolean;
  sql(scope: ScopeKind): RuleSql;
}

export interface RuleSql {
  /** Common table expressions by name, each of which may use those before it. */
  readonly facts: Readonly<Record<string, string>>;
  /** Numbers by what they count; the first is how much was looked at. */
  readonly counted: Readonly<Record<string, string>>;
  /** Gives a row `(stream, sentence)` for each breach. */
  readonly broken: string;
}

/** The places of what every rule may ask for among the parameters of its statement. */
export const parameter = {
  /** These are of an audit of the changes; empty where the scope is whole. */
  streams: '$1::text[]',
  claimSeconds: '$2::float8',
  lateClaimSeconds: '$3::float8',
  settleSeconds: '$4::float8',
  ticketsAfter: '$5::bigint',
  reservedSince: '$6::timestamptz',
} as const;

/** What one check found. */
export interface Finding {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly counted: Readonly<Record<string, number>>;
  readonly breaches: number;
  /** A sentence for each breach, up to a limit. */
  readonly sentences: readonly string[];
  readonly foundOnce: boolean;
  /** The same with the stream that each is about. */
  readonly told: readonly { readonly stream: string; readonly sentence: string }[];
  /** The streams that these sentences are about. */
  readonly streams: readonly string[];
}
