/** The Postgres event store: append with expected versions, read, group commit, subscriptions, and word of every commit. */
export * from './advisory-locks';
export * from './append';
export * from './command';
export * from './commit-feed';
export * from './connect';
export * from './errors';
export * from './event';
export * from './gone-workflows';
export * from './group-commit';
export * from './heartbeats';
export * from './high-water-mark';
export * from './leadership';
export * from './read';
export * from './snapshot-taker';
export * from './step-outcomes';
export * from './subscription';
export * from './transaction';
