/** Express: routes, authentication, problem details, OpenAPI. Starts and signals workflows, reads projections. */
export { allRoutes, createApp } from './app';
export { Keyring } from './authentication';
export type { Dependencies, RateLimits } from './dependencies';
export { type LiveLimits, LiveViews } from './live';
export { openApiDocument } from './openapi';
export { forgetOldPayments } from './payment-requests';
export { forgetOldRequests } from './purchase-requests';
export { createReads } from './reads';
export { isTooLong } from './request-body';
export { Undecided, type UndecidedLimits } from './undecided';
