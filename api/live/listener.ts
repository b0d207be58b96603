import type { ServerResponse } from 'node:http';
import { comment, type Frame } from './event-stream';

/**
 * One connection that follows a topic. While it takes no more bytes it is sent nothing, and afterwards the newest state
 * alone: what it holds of ours is one state, however slow it is. Positions never fall.
 */
export class Listener {
  private newest: Frame | undefined;
  /** Of the last state that was sent. */
  private digest: string | undefined;
  private blockedSince: number | undefined;
  private commentedAt = performance.now();
  private ended = false;

  /** @param position the last one seen. */
  constructor(
    private readonly response: ServerResponse,
    private position: number,
  ) {
    response.on('drain', () => this.drained());
  }

  /** Whether it is on its way now; a state that is older than the last one, or the same, is not sent. */
  offer(frame: Frame): boolean {
    if (this.ended || !this.isNews(frame)) return false;
    if (this.blockedSince !== undefined) {
      this.newest = frame;
      return false;
    }
    this.send(frame);
    return true;
  }

  /** A comment, where the last one is so long ago. */
  comment(now: number, everyMilliseconds: number): void {
    if (this.blockedSince !== undefined || now - this.commentedAt < everyMilliseconds) return;
    this.commentedAt = now;
    this.write(comment);
  }

  /** How long it has taken nothing at all, in milliseconds. */
  blockedFor(now: number): number {
    return this.blockedSince === undefined ? 0 : now - this.blockedSince;
  }

  /** Ends its stream after what it was offered last. It has as long to take that as anything else. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.newest) this.send(this.newest);
    this.response.end();
    this.blockedSince ??= performance.now();
  }

  /** With its connection, which the response may still wait for. */
  drop(): void {
    this.response.req.socket.destroy();
  }

  /**
   * Of several streams one may commit a lower position after another has committed a higher one: the state is another
   * then, and its position the same.
   */
  private isNews({ position, digest }: Frame): boolean {
    if (position !== this.position) return position > this.position;
    return this.digest !== undefined && this.digest !== digest;
  }

  private drained(): void {
    if (this.ended) return;
    this.blockedSince = undefined;
    const { newest } = this;
    this.newest = undefined;
    if (newest) this.send(newest);
  }

  private send(frame: Frame): void {
    const ahead = frame.ahead?.(this.position);
    this.position = frame.position;
    this.digest = frame.digest;
    if (ahead) this.response.write(ahead);
    this.write(frame.bytes);
  }

  private write(bytes: Buffer): void {
    if (!this.response.write(bytes)) this.blockedSince = performance.now();
  }
}
