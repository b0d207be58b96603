import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection on which any bytes may be sent, and all that came over it. */
export class RawClient {
  /** All that was answered. */
  answer = '';
  closed = false;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.answer += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** @param url of the server; its path is not looked at */
  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Of each answer, in their order. */
  get statuses(): readonly number[] {
    return [...this.answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }

  /** The rest of what came after the head of the last answer. */
  get body(): string {
    return this.answer.slice(this.answer.lastIndexOf('\r\n\r\n') + '\r\n\r\n'.length);
  }

  /** Resolves once there is room for more, or the connection is closed. */
  async send(bytes: string | Buffer): Promise<void> {
    if (this.closed || this.socket.write(bytes)) return;
    await Promise.race([once(this.socket, 'drain'), once(this.socket, 'close')]).catch(() => undefined);
  }

  /** Says that it sends no more, and goes on listening. */
  halfClose(): void {
    this.socket.end();
  }

  close(): void {
    this.socket.destroy();
  }
}

/** The head of a request, with these headers. */
export function head(method: string, path: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { Host: 'boxoffice', ...headers };
  return [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries(all).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
}

export const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
