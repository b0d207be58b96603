import { readStream } from '../../src/store';
import { poolIn, problemIn, purchaseIn } from '../support/api-client';
import { poolOfBefore } from '../support/box-office';
import { eventually } from '../support/eventually';
import { inDays, newShow, ShowClient, showIn } from '../support/show-client';
import { describeBoxOffice } from './box-office';

const illness = { reason: 'the singer is ill' };

describeBoxOffice('a show', (open) => {
  const shows = () => new ShowClient(open().client);

  test('is drafted, and answered as it was planned', async () => {
    const plan = newShow({
      description: 'with a choir\nand an organ',
      turnaroundMinutes: 15,
      opensAt: '2030-01-01T10:00:00+01:00',
      closesAt: '2030-05-01T00:00:00Z',
      startsAt: '2030-06-01T18:00:00Z',
      sections: [
        {
          name: 'stalls',
          title: 'The stalls',
          seats: ['A-1', 'A-2', 'B-1'],
          price: { amount: 5_000, currency: 'EUR' },
        },
        {
          name: 'balcony',
          rows: [{ row: 'C', first: 1, last: 20 }],
          price: { amount: 3_000, currency: 'EUR' },
          pricing: { tiers: [{ name: 'Early bird', fromDaysBefore: 30, percent: -20 }, { name: 'Regular' }] },
          maxPerPurchase: 6,
          maxPerCustomer: 8,
          holdSeconds: 60,
        },
        { name: 'standing', capacity: 500, price: { amount: 1_000, currency: 'EUR' } },
      ],
    });
    const answer = await open().client.call('POST', '/v1/shows', { as: 'promoter', body: plan });
    expect(answer.headers.get('location')).toBe(`/v1/shows/${plan.name}`);
    const show = showIn(answer, 201);
    expect(show).toMatchObject({
      name: plan.name,
      title: 'Spring Gala',
      description: 'with a choir\nand an organ',
      status: 'draft',
      startsAt: '2030-06-01T18:00:00.000Z',
      endsAt: '2030-06-01T20:00:00.000Z',
      opensAt: '2030-01-01T09:00:00.000Z',
      closesAt: '2030-05-01T00:00:00.000Z',
      refundPolicy: [
        { daysBefore: 7, percent: 100 },
        { daysBefore: 3, percent: 50 },
      ],
    });
    const [stalls, balcony, standing] = show.sections;
    expect(stalls).toMatchObject({ pool: `${plan.name}--stalls`, title: 'The stalls', capacity: 3, numbered: true });
    expect(balcony).toMatchObject({ capacity: 20, maxPerPurchase: 6, maxPerCustomer: 8, holdSeconds: 60 });
    expect(balcony).toMatchObject({ price: { amount: 2_400 }, basePrice: { amount: 3_000 } });
    expect(standing).toMatchObject({ capacity: 500, numbered: false, maxPerPurchase: 4, holdSeconds: 300 });
    expect(standing?.available).toBeUndefined();
  });

  test('has the refunds that its promoter says', async () => {
    expect(await shows().drafted({ refundPolicy: 'none' })).toMatchObject({ refundPolicy: [] });
    const steps = [
      { daysBefore: 1, percent: 25 },
      { daysBefore: 14, percent: 90 },
    ];
    expect(await shows().drafted({ refundPolicy: steps })).toMatchObject({ refundPolicy: steps.toReversed() });
  });

  test('goes from draft to sale with all its sections, and is sold', async () => {
    const { client } = open();
    const { name } = await shows().drafted();
    const published = showIn(await shows().steer(name, 'publish'));
    expect(published).toMatchObject({ status: 'published', closesAt: published.startsAt });
    expect(published.sections).toMatchObject([
      { pool: `${name}--stalls`, status: 'scheduled', capacity: 100, available: 100, claimed: 0, sold: 0, withheld: 0 },
      { pool: `${name}--balcony`, status: 'scheduled', available: 40 },
    ]);
    const [stalls = ''] = published.sections.map(({ pool }) => pool);
    problemIn(await client.buy(stalls), 'sales-not-open', 409);
    expect(showIn(await shows().steer(name, 'open'))).toMatchObject({
      status: 'sales-open',
      sections: [{ status: 'on-sale' }, { status: 'on-sale' }],
    });
    expect(await client.pool(stalls)).toMatchObject({ status: 'on-sale', show: name, title: 'Spring Gala: stalls' });
    const { id } = await client.reserve(stalls, { quantity: 2 });
    expect((await shows().show(name)).sections).toMatchObject([
      { available: 98, claimed: 2, sold: 0 },
      { available: 40 },
    ]);
    const held = await client.reserve(stalls);
    expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
    expect(showIn(await shows().steer(name, 'close'))).toMatchObject({
      status: 'sales-closed',
      sections: [{ status: 'closed', available: 97, claimed: 1, sold: 2 }, { status: 'closed' }],
    });
    problemIn(await client.buy(stalls), 'sales-stopped', 409);
    expect(purchaseIn(await client.pay(held.id)).status).toBe('confirmed');
  });

  test('has pools that can be steered from the moment it is published', async () => {
    const { client } = open();
    const { sections } = await shows().published();
    const [stalls = '', balcony = ''] = sections.map(({ pool }) => pool);
    expect(poolIn(await client.steer(stalls, 'reprice', { price: { amount: 100, currency: 'EUR' } }))).toMatchObject({
      price: { amount: 100 },
    });
    expect(poolIn(await client.steer(balcony, 'stop', { reason: 'the balcony creaks' }))).toMatchObject({
      status: 'stopped',
    });
  });

  test('is cancelled with all its pools, and its venue is free again', async () => {
    const { client } = open();
    const { name, sections, venue, startsAt } = await shows().onSale();
    const [stalls = ''] = sections.map(({ pool }) => pool);
    const { id } = await client.reserve(stalls, { quantity: 2 });
    expect(showIn(await shows().steer(name, 'cancel', illness))).toMatchObject({
      status: 'cancelled',
      ...illness,
      sections: [{ status: 'cancelled' }, { status: 'cancelled' }],
    });
    await client.becomes(id, 'cancelled');
    expect(problemIn(await client.buy(stalls), 'pool-cancelled', 409)).toMatchObject(illness);
    expect(showIn(await shows().steer(name, 'cancel', { reason: 'once more' }))).toMatchObject(illness);
    for (const command of ['publish', 'open', 'close']) {
      expect(problemIn(await shows().steer(name, command), 'show-status-conflict', 409)).toMatchObject({
        showStatus: 'cancelled',
      });
    }
    await shows().drafted({ venue, startsAt });
  });

  test('takes the same command twice as one', async () => {
    const { name } = await shows().drafted();
    for (const [command, status] of [
      ['publish', 'published'],
      ['open', 'sales-open'],
      ['close', 'sales-closed'],
    ] as const) {
      const answers = await Promise.all([1, 2, 3].map(() => shows().steer(name, command)));
      for (const answer of answers) expect(showIn(answer).status).toBe(status);
    }
    expect(await readStream(open().stack.database, `show-${name}`)).toHaveLength(4);
  });

  test('is changed while it is a draft, and moves to another time or venue', async () => {
    const { name, startsAt } = await shows().drafted({ description: 'with a choir' });
    const venue = `Hall of ${name}`;
    const changed = showIn(
      await shows().steer(name, 'change', { title: 'Summer Gala', description: null, venue, startsAt: inDays(40) }),
    );
    expect(changed).toMatchObject({ title: 'Summer Gala', venue, status: 'draft', turnaroundMinutes: 0 });
    expect(changed.description).toBeUndefined();
    expect(changed.closesAt).toBe(changed.startsAt);
    expect(changed.startsAt).not.toBe(startsAt);
    expect(changed.sections).toHaveLength(2);
    await shows().steer(name, 'publish');
    expect(
      problemIn(await shows().steer(name, 'change', { title: 'Too late' }), 'show-status-conflict', 409),
    ).toMatchObject({ showStatus: 'published' });
  });

  test('opens, closes and ends by the clock', async () => {
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const { name } = await shows().published({
      opensAt: inSeconds(4),
      closesAt: inSeconds(12),
      startsAt: inSeconds(3_600),
    });
    const becomes = (status: string) => eventually(async () => (await shows().show(name)).status === status);
    await becomes('sales-open');
    await open().client.reserve(`${name}--stalls`);
    await becomes('sales-closed');
  });

  describe('refuses', () => {
    test('a name that is taken', async () => {
      const { name } = await shows().drafted();
      expect(problemIn(await shows().draft({ name }), 'show-name-taken', 409)).toMatchObject({ show: name });
      await shows().steer(name, 'cancel', illness);
      problemIn(await shows().draft({ name }), 'show-name-taken', 409);
      const twice = newShow();
      const body = { as: 'promoter' as const, body: twice };
      const answers = await Promise.all([1, 2, 3].map(() => open().client.call('POST', '/v1/shows', body)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    });

    test('a venue that is occupied, to drafts and to changes, and names who has it', async () => {
      const startsAt = '2031-01-01T18:00:00.000Z';
      const { name, venue } = await shows().drafted({ startsAt, durationMinutes: 90, turnaroundMinutes: 30 });
      const occupied = { show: name, from: startsAt, until: '2031-01-01T20:00:00.000Z' };
      const wish = { venue: ` ${venue.toUpperCase()}`, startsAt: '2031-01-01T19:59:00Z' };
      const refused = newShow(wish);
      for (const again of [refused, refused]) {
        expect(problemIn(await shows().draft(again), 'venue-occupied', 409)).toMatchObject(occupied);
      }
      const other = await shows().drafted();
      expect(problemIn(await shows().steer(other.name, 'change', wish), 'venue-occupied', 409)).toMatchObject(occupied);
      // Back to back, and under the name that was refused before.
      await shows().drafted({ name: refused.name, venue, startsAt: '2031-01-01T20:00:00Z' });
    });

    test("a venue that another promoter's draft has, without a word of the draft until it is published", async () => {
      const startsAt = '2031-02-01T18:00:00.000Z';
      const { name, venue } = await shows().drafted({ startsAt });
      const { client } = open();
      const body = newShow({ venue, startsAt: '2031-02-01T18:30:00Z' });
      const own = newShow({ venue: `Hall of ${name}` });
      const call = (path: string, sent: object) => client.call('POST', path, { as: 'otherPromoter', body: sent });
      showIn(await call('/v1/shows', own), 201);
      const attempts = [
        () => call('/v1/shows', body),
        () => call(`/v1/shows/${own.name}/change`, { venue, startsAt: body.startsAt }),
      ];
      for (const attempt of attempts) {
        const problem = problemIn(await attempt(), 'venue-occupied', 409);
        expect(problem).toMatchObject({ venue });
        expect(JSON.stringify(problem)).not.toContain(name);
        expect(problem).not.toHaveProperty('from');
      }
      showIn(await shows().steer(name, 'publish'));
      for (const attempt of attempts) {
        expect(problemIn(await attempt(), 'venue-occupied', 409)).toMatchObject({ show: name, from: startsAt });
      }
    });

    test('to make a pool of the name of a section for anybody else, before it is published and after', async () => {
      const { client } = open();
      const { name } = await shows().drafted();
      const body = { name: `${name}--balcony`, capacity: 7, price: { amount: 900, currency: 'EUR' } };
      const makePool = () => client.call('POST', '/v1/pools', { as: 'otherPromoter', body });
      expect(problemIn(await makePool(), 'validation-failed', 422).errors).toMatchObject([{ path: 'name' }]);
      showIn(await shows().steer(name, 'publish'));
      problemIn(await makePool(), 'validation-failed', 422);
      expect(await client.pool(body.name)).toMatchObject({ capacity: 40, show: name });
    });

    test('to publish where an earlier release made a pool of the name of a section, and writes nothing', async () => {
      const { client, stack } = open();
      const { name } = await shows().drafted();
      await poolOfBefore(stack.database, { name: `${name}--balcony` });
      problemIn(await shows().steer(name, 'publish'), 'pool-name-taken', 409);
      expect(await readStream(stack.database, `show-${name}`)).toHaveLength(1);
      expect(await readStream(stack.database, `pool-${name}--stalls`)).toEqual([]);
      expect(showIn(await shows().look(name, 'promoter'))).toMatchObject({ status: 'draft' });
      expect((await client.pool(`${name}--balcony`)).show).toBeUndefined();
    });

    test('to open what is not published, to close what is not open, and to cancel too late', async () => {
      const { name } = await shows().drafted({ startsAt: inDays(0.9) });
      for (const command of ['open', 'close']) {
        expect(problemIn(await shows().steer(name, command), 'show-status-conflict', 409)).toMatchObject({
          show: name,
          showStatus: 'draft',
          detail: `The show ${name} is draft: it can be changed, published or cancelled.`,
        });
      }
      problemIn(await shows().steer(name, 'cancel', illness), 'too-close-to-start', 409);
      await shows().steer(name, 'publish');
      problemIn(await shows().steer(name, 'close'), 'show-status-conflict', 409);
      problemIn(await shows().steer(name, 'cancel', illness), 'too-close-to-start', 409);
      await shows().steer(name, 'open');
      problemIn(await shows().steer(name, 'publish'), 'show-status-conflict', 409);
    });

    test('what lies in the past', async () => {
      expect(problemIn(await shows().draft({ startsAt: inDays(-1) }), 'past-date', 422)).toMatchObject({
        field: 'startsAt',
      });
      expect(problemIn(await shows().draft({ closesAt: inDays(-1) }), 'past-date', 422)).toMatchObject({
        field: 'closesAt',
      });
      const { name } = await shows().drafted();
      problemIn(await shows().steer(name, 'change', { startsAt: inDays(-1) }), 'past-date', 422);
    });
  });

  describe('is seen', () => {
    test('as a draft by its promoter and operators alone, and steered by them alone', async () => {
      const { name } = await shows().drafted();
      for (const as of ['promoter', 'operator'] as const) expect(showIn(await shows().look(name, as)).name).toBe(name);
      for (const as of [undefined, 'shop', 'gate', 'otherPromoter'] as const) {
        problemIn(await shows().look(name, as), 'not-found', 404);
      }
      problemIn(await shows().steer(name, 'publish', {}, 'otherPromoter'), 'not-found', 404);
      expect(showIn(await shows().steer(name, 'publish', {}, 'operator')).status).toBe('published');
      for (const as of [undefined, 'shop', 'otherPromoter'] as const) {
        expect(showIn(await shows().look(name, as)).status).toBe('published');
      }
      problemIn(await shows().steer(name, 'open', {}, 'otherPromoter'), 'forbidden', 403);
    });

    test('as nothing where it was cancelled as a draft', async () => {
      const { name } = await shows().drafted();
      showIn(await shows().steer(name, 'cancel', illness));
      problemIn(await shows().look(name), 'not-found', 404);
      expect(showIn(await shows().look(name, 'promoter')).status).toBe('cancelled');
    });

    test('at once as it was just left', async () => {
      const { name } = await shows().drafted();
      for (let nth = 1; nth <= 10; nth += 1) {
        const title = `Gala ${nth}`;
        expect(showIn(await shows().steer(name, 'change', { title })).title).toBe(title);
        expect(showIn(await shows().look(name, 'promoter')).title).toBe(title);
      }
    });
  });
});

describeBoxOffice('shows', (open) => {
  const shows = () => new ShowClient(open().client);

  beforeAll(async () => {
    const show = (name: string, day: string, changes: object = {}) => ({
      name,
      title: `The ${name} show`,
      startsAt: `2030-${day}T18:00:00Z`,
      ...changes,
    });
    const plans = [
      show('jazz', '05-01', { venue: 'Odeon Hall 1', title: 'Jazz at Night', description: 'Müller plays the piano' }),
      show('opera', '05-02', { venue: 'Odeon Hall 1' }),
      show('circus', '05-02', { venue: 'Tent', description: 'with elephants' }),
      show('ballet', '06-01', { venue: 'odeon hall 1' }),
      show('zoo', '07-01', { venue: 'Zoo' }),
    ];
    for (const plan of plans) await shows().published(plan);
    await shows().drafted(show('secret', '05-03', { venue: 'Cellar', title: 'A secret jazz session' }));
    await shows().steer('opera', 'open');
  });

  const names = async (query: Readonly<Record<string, string>>, as?: 'promoter' | 'otherPromoter' | 'operator') =>
    (await shows().page(query, as)).names;

  test('are listed by their start, then by name', async () => {
    const { shows: all, next, names: found } = await shows().page();
    expect(found).toEqual(['jazz', 'circus', 'opera', 'ballet', 'zoo']);
    expect(next).toBeUndefined();
    expect(all[2]).toMatchObject({ status: 'sales-open', sections: [{ status: 'on-sale', available: 100 }, {}] });
  });

  test('are listed with their drafts to their promoter and to operators', async () => {
    expect(await names({ from: '2030-05-02', to: '2030-06-01' }, 'promoter')).toEqual(['circus', 'opera', 'secret']);
    expect(await names({ status: 'draft' }, 'operator')).toEqual(['secret']);
    expect(await names({ status: 'draft' }, 'otherPromoter')).toEqual([]);
    expect(await names({ status: 'draft' })).toEqual([]);
  });

  test.each<[what: string, query: Readonly<Record<string, string>>, found: string[]]>([
    ['day', { from: '2030-05-02', to: '2030-05-03' }, ['circus', 'opera']],
    [
      'time, the first moment of it with it and the last without',
      { from: '2030-05-02T18:00:00Z', to: '2030-06-01T18:00:00Z' },
      ['circus', 'opera'],
    ],
    ['time in another zone', { from: '2030-06-01T20:00:00+02:00' }, ['ballet', 'zoo']],
    ['venue, however it is written', { venue: ' ODEON  Hall 1' }, ['jazz', 'opera', 'ballet']],
    ['status', { status: 'sales-open' }, ['opera']],
    ['word of the title', { text: 'night' }, ['jazz']],
    ['beginning of a word of the description', { text: 'ELEPH' }, ['circus']],
    ['word of the venue', { text: 'odeon' }, ['jazz', 'opera', 'ballet']],
    ['several words, wherever they stand', { text: 'piano odeon jazz' }, ['jazz']],
    ['word without its accents', { text: 'muller' }, ['jazz']],
    ['word that is the middle of another one', { text: 'phants' }, []],
    ['text without a word', { text: '!?' }, []],
    ['text that looks like a query', { text: "jazz' | 'zoo':*" }, []],
    ['all of it at once', { text: 'show', venue: 'odeon hall 1', from: '2030-05-02', status: 'published' }, ['ballet']],
  ])('are found by %s', async (_what, query, found) => {
    expect(await names(query)).toEqual(found);
  });

  test('come page by page, each once', async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 6; page += 1) {
      const answer: Awaited<ReturnType<ShowClient['page']>> = await shows().page({
        limit: '1',
        ...(cursor && { cursor }),
      });
      found.push(...answer.names);
      cursor = answer.next;
      if (cursor === undefined) break;
    }
    expect(found).toEqual(['jazz', 'circus', 'opera', 'ballet', 'zoo']);
    const first = await shows().page({ limit: '2', text: 'odeon' });
    expect(first.names).toEqual(['jazz', 'opera']);
    expect(await names({ limit: '2', text: 'odeon', cursor: first.next ?? '' })).toEqual(['ballet']);
  });

  test('are there in the list as soon as they are published', async () => {
    const { name, venue } = await shows().published();
    expect(await names({ venue })).toEqual([name]);
    await shows().steer(name, 'open');
    expect(await names({ venue, status: 'sales-open' })).toEqual([name]);
  });
});
