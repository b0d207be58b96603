/** The business, pure: deciders, their events and what they refuse. No I/O, no clock, no random. */

export * from './cart';
export * from './claiming';
export * from './contract';
export * from './event-codec';
export * from './identifiers';
export * from './money';
export * from './percent';
export * from './persistent-map';
export * from './pool';
export * from './pool-snapshot';
export * from './price-curve';
export * from './price-parts';
export * from './pricing';
export * from './pricing-backtest';
export * from './purchase';
export * from './refusal';
export * from './reservation';
export * from './seat-map';
export * from './seating';
export * from './show';
export * from './show-input';
export * from './show-plan';
export * from './show-settings';
export * from './steering';
export * from './text';
export * from './venue';
