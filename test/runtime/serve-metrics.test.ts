import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { Counter, Gauge, Registry } from 'prom-client';
import { serveMetrics } from '../../src/runtime/serve-metrics';
import { eventually } from '../support/eventually';
import { chunk, head, RawClient } from '../support/raw-client';

describe('the metrics of a worker', () => {
  let server: Server;
  let registry: Registry;
  let url = '';

  beforeEach(async () => {
    registry = new Registry();
    server = serveMetrics(0, registry, pino({ level: 'silent' }));
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are served beside whether it lives, and nothing else is', async () => {
    new Counter({ name: 'sold', help: 'Tickets', registers: [registry] }).inc(3);
    const answers = await Promise.all(['/metrics', '/health/live', '/'].map((path) => fetch(`${url}${path}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect(await answers[0]?.text()).toContain('sold 3');
    expect(answers[0]?.headers.get('content-type')).toBe(registry.contentType);
  });

  it('are answered 500 where one cannot be collected, and those that can be later', async () => {
    let broken = true;
    const collect = () => {
      if (broken) throw new Error('the database is away');
    };
    new Gauge({ name: 'lag', help: 'Seconds', registers: [registry], collect });
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    broken = false;
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('are not kept waiting by bodies without an end', async () => {
    for (const path of ['/metrics', '/health/live', '/nothing']) {
      const client = await RawClient.open(url);
      await client.send(head('POST', path, { 'Transfer-Encoding': 'chunked' }));
      await eventually(async () => {
        await client.send(chunk(Buffer.alloc(1_000, ' ')));
        return client.closed;
      });
    }
  });
});
