import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

const retry = { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '2s' } as const;

const hotPath = { startToCloseTimeout: '30s', localRetryThreshold: '1m' } as const;

/** The hot path: appends to our own store, run by the worker that runs the workflow. Retried until Postgres answers. */
export const { startPayment, declinePayment, confirm, release, recordRefund, recordVoid } =
  proxyLocalActivities<Activities>({
    ...hotPath,
    retry,
  });

/** What a workflow begins with: input that makes no sense ends it, while it holds nothing yet. */
export const { reserve, createPool, draftShow } = proxyLocalActivities<Activities>({
  ...hotPath,
  retry: { ...retry, nonRetryableErrorTypes: ['ZodError'] },
});

export const atProvider = {
  startToCloseTimeout: '30s',
  heartbeatTimeout: '4s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' },
} as const;

/** What leaves the house, seen one by one in the web UI. Retried until the provider gives a definite answer. */
export const { capture, reverse, settle } = proxyActivities<Activities>(atProvider);

/** A stop must not wait long for a worker that died with it in hand. */
export const { steerPool, steerPoolInOrder, steerShow, steerShowInOrder } = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry,
});

export const { endOpenPurchases } = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry,
});

/** Whoever has published or opened a show waits for its pools: a worker that died is missed soon. */
export const { startPools, refreshPools, cancelPools } = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '6s',
  retry,
});
