/** Live views: server-sent events that follow a pool, a purchase or a cart. */
export * from './event-stream';
export * from './limits';
export * from './live-views';
export * from './view';
