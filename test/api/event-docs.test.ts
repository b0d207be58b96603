import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { eventModel } from '../../api/event-model';
import { ApiClient, problemIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { repository } from '../support/npm-start';
import { describeBoxOffice } from './box-office';

type Counted = { at: string; counts: Record<string, number> };

describeBoxOffice('/docs/events', (open) => {
  const counted = async () => (await open().client.call('GET', '/docs/events/counts')).body as Counted;

  test('shows every workflow, command, event and projection', async () => {
    const { status, headers, body } = await open().client.call('GET', '/docs/events');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const { commands, events, projections } = eventModel;
    const names = [...commands, ...projections].map(({ name }) => name);
    const shown = [...names, ...events.map(({ type }) => type)];
    expect(shown.filter((name) => !String(body).includes(`>${name}</text>`))).toEqual([]);
    for (const { type } of events) expect(String(body).split(`data-count-of="${type}"`).length).toBeGreaterThan(2);
  });

  test('keeps to what its content security policy lets in: nothing inline, nothing from elsewhere', async () => {
    const { client } = open();
    const { headers, body } = await client.call('GET', '/docs/events');
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
    const page = String(body);
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|style=|https?:/);
    const linked = [...page.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(linked).toHaveLength(2);
    for (const link of linked) {
      const answer = await client.call('GET', link);
      expect([link, answer.status]).toEqual([link, 200]);
      expect(answer.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/i);
    }
  });

  test('counts what a sale appended, as soon as it is over', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name, { quantity: 2 });
    expect(await client.pay(id)).toMatchObject({ status: 200 });
    await eventually(async () => {
      const { counts, at } = await counted();
      expect(counts).toEqual({
        PaymentStarted: 1,
        PoolCreated: 1,
        PurchaseConfirmed: 1,
        TicketBought: 2,
        TicketClaimed: 2,
        TicketsReserved: 1,
      });
      expect(Number.isNaN(Date.parse(at))).toBe(false);
    });
    const { rows } = await stack.database.query<{ total: number }>('SELECT count(*)::int AS total FROM events');
    expect(rows[0]?.total).toBe(Object.values((await counted()).counts).reduce((sum, count) => sum + count, 0));
  });

  test('asks the database no more often than once a second, whoever asks', async () => {
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, counted));
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    expect(new Set(answers.map(({ at }) => at)).size).toBeLessThanOrEqual(seconds + 1);
  });

  test('fills the counts in by its script', async () => {
    const { client } = open();
    const place = { dataset: { countOf: 'TicketBought' }, textContent: '…', classList: { toggle: () => false } };
    const status = { textContent: 'Counting…' };
    let refreshAgain: (() => void) | undefined;
    const script = readFileSync(join(repository, 'api/browser/events.js'), 'utf8');
    runInNewContext(script, {
      document: {
        hidden: false,
        body: { dataset: { counts: `${client.url}/docs/events/counts` } },
        querySelector: () => status,
        querySelectorAll: () => [place],
      },
      fetch,
      setTimeout: (refresh: () => void) => {
        refreshAgain = refresh;
      },
    });
    await eventually(() => expect(refreshAgain).toBeDefined());
    const { counts } = await counted();
    expect(place.textContent).toBe(String(counts.TicketBought ?? 0));
    expect(status.textContent).toMatch(/^\d+ events at /);
  });

  test('is only read', async () => {
    const { client } = open();
    for (const path of ['', '/counts', '/events.js']) {
      const answer = await client.call('POST', `/docs/events${path}`, { body: {} });
      problemIn(answer, 'method-not-allowed', 405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    }
    problemIn(await client.call('GET', '/docs/events/nothing'), 'not-found', 404);
  });

  test('is not for asking without end', async () => {
    const client = new ApiClient(await open().stack.startApi({ rateLimits: { withKey: 5, withoutKey: 3 } }));
    const ask = () => client.call('GET', '/docs/events/counts');
    expect((await Promise.all([ask(), ask(), ask()])).map(({ status }) => status)).toEqual([200, 200, 200]);
    problemIn(await ask(), 'too-many-requests', 429);
  });
});
