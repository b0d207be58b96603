import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Problem } from './problem';

const windowMilliseconds = 10_000;
const millisecondsPerSecond = 1_000;
/** So much of its hash stands for a sender in the headers. */
const partitionLength = 12;

interface Sender {
  requests: number;
  policy: string;
}

/** Requests of each sender in windows of ten seconds, told in the headers of draft-ietf-httpapi-ratelimit-headers-08. */
export class RateLimit {
  private readonly senders = new Map<string, Sender>();
  private resetsAt = 0;

  /** Counts a request. Throws `too-many-requests` past the limit. */
  count(response: ServerResponse, name: string, limit: number): void {
    const now = performance.now();
    if (now >= this.resetsAt) {
      this.senders.clear();
      this.resetsAt = now + windowMilliseconds;
    }
    const sender = this.senders.get(name) ?? this.newcomer(name, limit);
    sender.requests += 1;
    // The sum of a time and the window may be rounded up.
    const seconds = Math.ceil(Math.min(windowMilliseconds, this.resetsAt - now) / millisecondsPerSecond);
    const left = Math.max(0, limit - sender.requests);
    response.setHeader('RateLimit', `"${policyName(limit)}"; r=${left}; t=${seconds}`);
    response.setHeader('RateLimit-Policy', sender.policy);
    if (sender.requests <= limit) return;
    const detail = 'Slow down; try again after the seconds in Retry-After.';
    throw new Problem('too-many-requests', detail, {}, { 'Retry-After': String(seconds) });
  }

  private newcomer(name: string, limit: number): Sender {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, partitionLength);
    const partition = Buffer.from(hash).toString('base64');
    const window = windowMilliseconds / millisecondsPerSecond;
    const policy = `"${policyName(limit)}"; q=${limit}; w=${window}; pk=:${partition}:`;
    const sender = { requests: 0, policy };
    this.senders.set(name, sender);
    return sender;
  }
}

const policyName = (limit: number) => `${limit}-in-${windowMilliseconds / millisecondsPerSecond}sec`;
