import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, so that a test can take the server away from this client alone. */
export class TcpProxy {
  private readonly open = new Set<Socket>();
  private way: 'open' | 'cut' | 'stalled' = 'open';
  /** Bytes that clients have sent so far. */
  sent = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (client) => this.forward(client));
  }

  /** @param address of the server, `host:port` */
  static async to(address: string): Promise<TcpProxy> {
    const { hostname: host, port } = new URL(`tcp://${address}`);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, { host, port: Number(port) });
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, and each new one as soon as it is there. */
  cut(): void {
    this.way = 'cut';
    for (const socket of this.open) socket.destroy();
  }

  /** Lets nothing through any more, on connections that stay open. */
  stall(): void {
    this.way = 'stalled';
    for (const socket of this.open) socket.unpipe();
  }

  /** Connections that were cut or stalled are lost. */
  mend(): void {
    this.cut();
    this.way = 'open';
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private forward(client: Socket): void {
    if (this.way === 'cut') {
      client.destroy();
      return;
    }
    const server = connect(this.target);
    client.on('data', (chunk) => {
      this.sent += chunk.length;
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.open.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          this.open.delete(one);
          other.destroy();
        });
      if (this.way === 'open') one.pipe(other);
    }
  }
}

/** The same database, reached through the proxy. */
export function databaseThrough({ address }: TcpProxy, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.host = address;
  return url.href;
}
