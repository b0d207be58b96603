import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { answerParent } from '../children';
import { closedLoop, summary } from '../measure';

export interface Load {
  port: number;
  path: string;
  connections: number;
  warmUpSeconds: number;
  seconds: number;
}

interface Body {
  capacity: number;
  available: number;
  claimed: number;
  sold: number;
  position: number;
}

/**
 * Connections that are kept open, on each one request after the other. Every body must add up, and show nothing older
 * than any that was there before its request was sent.
 */
answerParent(async ({ port, path, connections, warmUpSeconds, seconds }: Load) => {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  let newest = 0;
  const sockets = Array.from({ length: connections }, () => new Connection(port));
  await Promise.all(sockets.map((socket) => socket.opened));
  const times = await closedLoop({
    clients: connections,
    warmUpSeconds,
    seconds,
    act: async (client) => {
      const socket = sockets[client];
      assert(socket);
      const known = newest;
      const began = performance.now();
      const text = await socket.ask(request);
      const took = performance.now() - began;
      const { capacity, available, claimed, sold, position } = JSON.parse(text) as Body;
      assert.equal(available + claimed + sold, capacity);
      assert(position >= known, `position ${position} came after ${known}`);
      newest = Math.max(newest, position);
      return took;
    },
  });
  for (const socket of sockets) socket.close();
  return { ...summary(times, seconds), newest };
});

const headEnd = '\r\n\r\n';

class Connection {
  private readonly socket;
  readonly opened: Promise<void>;
  private received = '';
  private settle: { resolve(body: string): void; reject(error: Error): void } | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1');
    this.opened = new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject));
    this.socket.on('data', (text: string) => this.take(text));
    this.socket.on('close', () => this.settle?.reject(new Error('the server closed a connection')));
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private take(text: string): void {
    this.received += text;
    const head = this.received.indexOf(headEnd);
    if (head < 0) return;
    const [, length] = /content-length: (\d+)/i.exec(this.received) ?? [];
    const end = head + headEnd.length + Number(length);
    if (this.received.length < end) return;
    const whole = this.received.startsWith('HTTP/1.1 200');
    const body = this.received.slice(head + headEnd.length, end);
    this.received = '';
    if (whole) this.settle?.resolve(body);
    else this.settle?.reject(new Error(body));
  }
}
