import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { streamAnswer } from '../../api/schemas';
import { type Answer, problemIn } from '../support/api-client';
import type { KeyHolder } from '../support/box-office-stack';
import { describeBoxOffice } from './box-office';

describeBoxOffice('the committed events of a stream', (open) => {
  const read = (stream: string, query = '', as: KeyHolder | undefined = 'operator') =>
    open().client.call('GET', `/v1/streams/${stream}${query}`, { as });

  function page({ status, body }: Answer): z.infer<typeof streamAnswer> {
    expect(status).toBe(200);
    return streamAnswer.parse(body);
  }

  test('are told with what caused them, in the order of their versions', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name, { quantity: 2 });
    await client.pay(id);
    const { stream, events, next } = page(await read(`purchase-${id}`));
    expect([stream, next]).toEqual([`purchase-${id}`, undefined]);
    expect(events.map((event) => event.name)).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3]);
    for (const event of events) {
      expect(event).toMatchObject({ stream, meta: { correlation: id, workflow: `purchase-${id}` } });
      expect(event.meta.causation).not.toBe('');
    }
    const ofPool = page(await read(`pool-${name}`)).events;
    const claims = ofPool.filter((event) => event.name === 'TicketClaimed');
    expect(claims).toHaveLength(2);
    const positions = ofPool.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other));
  });

  test('are read page by page', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    await client.reserve(name, { quantity: 4 });
    const whole = page(await read(`pool-${name}`)).events;
    const paged: typeof whole = [];
    for (let from: number | undefined = 1; from !== undefined; ) {
      const part = page(await read(`pool-${name}`, `?from=${from}&limit=2`));
      expect(part.events.length).toBeLessThanOrEqual(2);
      paged.push(...part.events);
      from = part.next;
    }
    expect(paged).toEqual(whole);
    expect(page(await read(`pool-${name}`, `?limit=${whole.length}`)).next).toBeUndefined();
    expect(page(await read(`pool-${name}`, '?from=1000'))).toEqual({ stream: `pool-${name}`, events: [] });
  });

  test('are for operators alone', async () => {
    const { name } = await open().client.createPool();
    for (const as of ['shop', 'promoter', 'gate'] as const) {
      problemIn(await read(`pool-${name}`, '', as), 'forbidden', 403);
    }
    problemIn(await open().client.call('GET', `/v1/streams/pool-${name}`), 'unauthorized', 401);
  });

  test.each(['?from=0', '?from=x', '?limit=0', '?limit=1001', '?limit=1.5', '?until=3'])(
    'are not read with %s',
    async (query) => {
      const { name } = await open().client.createPool();
      problemIn(await read(`pool-${name}`, query), 'validation-failed', 422);
    },
  );

  test.each(['pool-of-nobody', `purchase-${randomUUID()}`, 'nonsense', '%2e%2e', 'a'.repeat(300), "pool-'--"])(
    'are not there for %s',
    async (stream) => {
      problemIn(await read(stream), 'not-found', 404);
    },
  );
});
