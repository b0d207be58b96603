/** Taking money: the provider port, and the simulator that stands behind it. */
export * from './provider';
export * from './simulator';
