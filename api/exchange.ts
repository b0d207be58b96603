import type { ServerResponse } from 'node:http';
import type { Caller } from './authentication';

/** What is known of a request besides what it says: Express hands it on as `response.locals`. */
export interface Exchange {
  requestId: string;
  /** As it was asked for. */
  url: string;
  caller?: Caller | undefined;
  /** `role:subject` of a known key. */
  subject?: string | undefined;
  /** The subject, or the address of who has no key. */
  sender?: string;
  /** The template of its path. */
  route?: string;
  purchaseId?: string;
  /** Its answer goes on until one side ends it. */
  isStream?: boolean;
}

/** A response to a request that has passed the entrance. */
export type Response = ServerResponse & { locals: Exchange };
