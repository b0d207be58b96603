import { type ApiClient, type Purchase, purchaseIn } from '../support/api-client';
import { keys } from '../support/box-office-stack';
import { eventually } from '../support/eventually';
import { head, RawClient } from '../support/raw-client';
import { describeBoxOffice } from './box-office';

const asShop = { Authorization: `Bearer ${keys.shop}` };

describeBoxOffice('what a client knows already', (open) => {
  const look = (id: string, headers: Record<string, string>, method = 'GET') =>
    open().client.call(method, `/v1/purchases/${id}`, { as: 'shop', headers });
  const tagOf = async (id: string) => (await look(id, {})).headers.get('etag') ?? '';
  const reserved = async (client: ApiClient): Promise<Purchase> => client.reserve((await client.createPool()).name);

  const ways: [string, (tag: string) => string][] = [
    ['its tag', (tag) => tag],
    ['its tag, weakened by a proxy that compresses', (tag) => `W/${tag}`],
    ['one of many tags', (tag) => `"a", W/"b",${tag} , "c"`],
    ['one of many, with tabs between', (tag) => `"a",\t${tag}\t,"c"`],
    ['one of many, with commas in the others', (tag) => `"a,b", W/${tag}, ",", "${'c'.repeat(1_000)}"`],
    ['a star, for whatever there is', () => '*'],
  ];

  test.each(ways)('is not sent again to who names %s', async (_, written) => {
    const { client } = open();
    const { id } = await reserved(client);
    const tag = await tagOf(id);
    for (const method of ['GET', 'HEAD']) {
      const answer = await look(id, { 'If-None-Match': written(tag) }, method);
      expect([method, answer.status, answer.body]).toEqual([method, 304, '']);
      expect(answer.headers.get('etag')).toBe(tag);
    }
    const reloaded = await look(id, { 'If-None-Match': written(tag), 'Cache-Control': 'no-cache' });
    expect(reloaded.status).toBe(304);
  });

  test('is not sent again to who knows whatever there is, wherever it is read', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    for (const path of [`/v1/pools/${name}`, `/v1/pools/${name}/price`, '/v1/pools', '/v1/shows']) {
      const answer = await client.call('GET', path, { headers: { 'If-None-Match': '*' } });
      expect([path, answer.status]).toEqual([path, 304]);
    }
  });

  test.each(ways)(
    'is waited beyond by who names %s, and what is newer comes as soon as it is there',
    async (_, written) => {
      const { client } = open();
      const { id } = await reserved(client);
      const tag = await tagOf(id);
      const known = { 'If-None-Match': written(tag) };
      const began = performance.now();
      expect((await look(id, { ...known, Prefer: 'wait=1' })).status).toBe(304);
      expect(performance.now() - began).toBeGreaterThan(950);
      const waiting = look(id, { ...known, Prefer: 'wait=20' });
      await client.pay(id);
      const news = await waiting;
      expect(news.headers.get('etag')).not.toBe(tag);
      // A star knows the new one as well, and is told which it is.
      expect(news.status).toBe(known['If-None-Match'] === '*' ? 304 : 200);
      expect(performance.now() - began).toBeLessThan(20_000);
    },
  );

  test.each([
    ['another tag', () => '"another"'],
    ['its tag without quotes', (tag: string) => tag.replaceAll('"', '')],
    ['its tag with a small w', (tag: string) => `w/${tag}`],
    ['a part of its tag', (tag: string) => tag.replace(/.."$/, '"')],
    ['its tag inside another', (tag: string) => `"x${tag.slice(1)}`],
    ['a star in quotes', () => '"*"'],
    ['nothing', () => ''],
  ])('is sent to who names %s', async (_, written) => {
    const { client } = open();
    const { id } = await reserved(client);
    const answer = await look(id, { 'If-None-Match': written(await tagOf(id)), Prefer: 'wait=20' });
    expect(purchaseIn(answer).id).toBe(id);
  });

  test('and for how long it would wait, may be said in several headers of a name', async () => {
    const { client } = open();
    const { id } = await reserved(client);
    const tag = await tagOf(id);
    const raw = await RawClient.open(client.url);
    const said = [
      'If-None-Match: "a"',
      `If-None-Match: W/${tag}`,
      'Prefer: foo="a, wait=9"',
      'Prefer: wait=1, wait=20',
    ];
    const began = performance.now();
    await raw.send(head('GET', `/v1/purchases/${id}`, asShop).replace('\r\n\r\n', `\r\n${said.join('\r\n')}\r\n\r\n`));
    await eventually(() => raw.statuses.length > 0);
    raw.close();
    expect(performance.now() - began).toBeGreaterThan(950);
    expect(raw.statuses).toEqual([304]);
    expect(raw.answer).toMatch(/^preference-applied: wait=1\r$/im);
  });

  test('changes with each change to the purchase', async () => {
    const { client } = open();
    const { id } = await reserved(client);
    const before = await tagOf(id);
    await client.pay(id);
    const answer = await look(id, { 'If-None-Match': `W/${before}` });
    expect(purchaseIn(answer).status).toBe('confirmed');
    expect(answer.headers.get('etag')).not.toBe(before);
  });
});
