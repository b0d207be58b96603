/** Live views: server-sent events that follow a pool or a purchase. */
export * from './event-stream';
export * from './live-views';
