import type { Customer } from './customer';
import type { Money } from './money';
import type { HoldsPolicy, PoolSettings } from './pool-events';
import type { Pricing } from './pricing';
import type { PurchaseStatus, RequestedItem } from './purchase';
import type { ShowSettings } from './show-settings';

/** The names that boxoffice has in Temporal: what the API, the CLI and the workflows agree on. No zod here: workflows import it. */
export const taskQueue = 'boxoffice';
export const workflowTypes = { purchase: 'purchase', pool: 'pool', show: 'show' } as const;

export const searchAttributes = {
  pool: 'BoxofficePool',
  status: 'BoxofficeStatus',
  customer: 'BoxofficeCustomer',
  show: 'BoxofficeShow',
} as const;

/**
 * Signals that Temporal takes for one run of a workflow, as its server is set up for us; more are refused until the next run has
 * begun. Signals go before the server's own work on a workflow: while fifty senders at once signal one, none of its tasks is
 * handed to a worker.
 */
export const signalsOfARun = 250;

export const purchaseSignals = { payment: 'payment', cancel: 'cancel', saleStopped: 'saleStopped' } as const;
export const poolSignals = {
  stopSales: 'stopSales',
  resumeSales: 'resumeSales',
  reprice: 'reprice',
  withhold: 'withhold',
  giveBack: 'giveBack',
  refresh: 'refresh',
  cancelSales: 'cancelSales',
} as const;
export type PoolSignal = keyof typeof poolSignals;
export const showSignals = {
  publish: 'publish',
  openSales: 'openSales',
  closeSales: 'closeSales',
  cancelShow: 'cancelShow',
  changeShow: 'changeShow',
} as const;
export type ShowSignal = keyof typeof showSignals;
/** Update on a pool or a show: waits for the outcome of the signal that carried this `requestId`. */
export const outcomeUpdate = 'outcome';
/** Type of the failure by which the update is told that its run ends: the run that follows knows the outcome. */
export const outcomeOfNextRun = 'OutcomeOfNextRun';
/** What a signal comes to that is not handled, as too many others wait. */
export interface Dropped {
  status: 'dropped';
}
export const statusQuery = 'status';

export const paymentMethods = ['creditCard', 'payPal', 'applePay'] as const;
export type PaymentMethodType = (typeof paymentMethods)[number];

/** Payments that one purchase may try; the last decline ends it. */
export const paymentAttempts = 3;

/** A payment that began before the hold's end may take this much longer before it is given up. */
export const paymentGraceMilliseconds = 4_000;

export interface PurchaseRequest extends Customer {
  purchaseId: string;
  items: RequestedItem[];
  /** The cart that becomes this purchase, as it was at this version of its stream. */
  cart?: { id: string; version: number } | undefined;
}

export interface PaymentSignal {
  paymentId: string;
  method: { type: PaymentMethodType; token: string };
}

export interface SaleStoppedSignal {
  reason: string;
}

export interface StopSales {
  reason: string;
  holds?: HoldsPolicy;
}

export interface Reprice {
  price?: Money;
  pricing?: Pricing;
}

/** Tickets of a pool without numbers, or seats of one with them. */
export type Withhold = ({ quantity: number } | { seats: string[] }) & { reason?: string };
export type GiveBack = { quantity: number } | { seats: string[] };

export interface PurchaseState {
  status: PurchaseStatus;
  purchaseId: string;
  customerId: string;
  orderId?: string;
  expiresAt?: string;
  attemptsLeft: number;
}

export interface PoolInput {
  settings: PoolSettings;
}

export interface ShowInput {
  settings: ShowSettings;
  /** By which whoever asked for the show hears whether it was drafted. */
  requestId?: string;
}
