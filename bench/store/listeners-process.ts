import { strict as assert } from 'node:assert';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { answerParent } from '../children';

export type ListenerWork =
  | { open: { port: number; path: string; listeners: number } }
  /** Waits until every listener has seen so many claimed, then tells what came since it was asked last. */
  | { until: { claimed: number; withinMilliseconds: number } };

export interface Heard {
  events: number;
  /** Of some of the listeners: when each state came, in milliseconds since the epoch. */
  samples: { at: number; claimed: number }[][];
}

/** One in so many listeners keeps when its states came. */
const sampled = 20;
const connectAtOnce = 200;
const lookMilliseconds = 5;
const instant = () => performance.timeOrigin + performance.now();

class Listener {
  claimed = -1;
  events = 0;
  samples: { at: number; claimed: number }[] = [];
  failed: string | undefined;
  private position = -1;
  private rest = '';

  constructor(
    readonly socket: Socket,
    private readonly isSampled: boolean,
  ) {
    socket.setEncoding('latin1').on('data', (text: string) => this.take(text));
    socket.on('close', () => {
      this.failed ??= 'a listener was dropped';
    });
  }

  private take(text: string): void {
    const at = instant();
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const json = block.slice(block.indexOf('data: ') + 'data: '.length);
      if (block.includes('event: availability')) this.hear(at, JSON.parse(json));
    }
  }

  private hear(
    at: number,
    state: { position: number; capacity: number; available: number; claimed: number; sold: number },
  ): void {
    if (state.position <= this.position) this.failed ??= `position ${state.position} came after ${this.position}`;
    if (state.available + state.claimed + state.sold !== state.capacity) this.failed ??= 'a state does not add up';
    this.position = state.position;
    this.claimed = state.claimed;
    this.events += 1;
    if (this.isSampled) this.samples.push({ at, claimed: state.claimed });
  }
}

const listeners: Listener[] = [];

async function open({
  port,
  path,
  listeners: count,
}: {
  port: number;
  path: string;
  listeners: number;
}): Promise<object> {
  for (let opened = 0; opened < count; opened += connectAtOnce) {
    const some = Array.from({ length: Math.min(connectAtOnce, count - opened) }, async (_, index) => {
      const socket = connect({ port, host: '127.0.0.1' });
      listeners.push(new Listener(socket, (opened + index) % sampled === 0));
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    });
    await Promise.all(some);
    while (listeners.some(({ events, failed }) => events === 0 && failed === undefined)) await pause(lookMilliseconds);
  }
  return { opened: listeners.length };
}

async function until({ claimed, withinMilliseconds }: { claimed: number; withinMilliseconds: number }): Promise<Heard> {
  const end = performance.now() + withinMilliseconds;
  while (listeners.some((listener) => listener.claimed < claimed)) {
    const broken = listeners.find(({ failed }) => failed !== undefined);
    assert(!broken, broken?.failed);
    assert(performance.now() < end, 'not every listener has heard of the last sale');
    await pause(lookMilliseconds);
  }
  const heard = { events: 0, samples: [] as Heard['samples'] };
  for (const listener of listeners) {
    heard.events += listener.events;
    if (listener.samples.length > 0) heard.samples.push(listener.samples);
    Object.assign(listener, { events: 0, samples: [] });
  }
  return heard;
}

/** So many connections that follow one pool, whose states must add up and never go backwards. */
answerParent(async (work: ListenerWork) => ('open' in work ? open(work.open) : until(work.until)));
