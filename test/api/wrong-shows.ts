import { inDays, newShow } from '../support/show-client';
import { each, notNumbers, notTexts, notWhole, type Place, texts, tooLong, type WrongRequest } from './wrong-values';

const invalid = { slug: 'validation-failed', status: 422 } as const;

/** Plans that no show can follow. */
export function wrongShows(): WrongRequest[] {
  const good = newShow();
  const post = { path: '/v1/shows', as: 'promoter' } as const;
  const having = (field: string) => (value: unknown) => ({ ...good, [field]: value });
  const section = { name: 'stalls', capacity: 10, price: { amount: 5_000, currency: 'EUR' } };
  const sectionHaving = (field: string) => (value: unknown) => ({
    ...good,
    sections: [{ ...section, [field]: value }],
  });
  const whole = (changes: object, what: string, expected: Pick<WrongRequest, 'slug' | 'status'> = invalid) => ({
    what,
    path: post.path,
    call: { as: post.as, body: { ...good, ...changes } },
    ...expected,
  });
  const past = { slug: 'past-date', status: 422 } as const;
  const dates = {
    'a word': 'tomorrow',
    'a day': '2030-01-01',
    'without a zone': '2030-01-01T00:00:00',
    'before the year 1': '0001-01-01T00:00:00+00:01',
    'after the year 9999, in UTC': '9999-12-31T23:00:00-02:00',
    'a number': 5,
  };
  return [
    ...each(
      post,
      'name',
      {
        ...notTexts,
        ...texts,
        ...tooLong(40),
        'with two hyphens': 'a--b',
        'in capitals': 'GALA',
        'ending in a hyphen': 'gala-',
        missing: undefined,
      },
      having('name'),
    ),
    ...each(post, 'title', { ...notTexts, ...texts, ...tooLong(199), missing: undefined }, having('title')),
    ...each(post, 'description', { ...notTexts, 'with a NUL': 'a\0b', ...tooLong(2_000) }, having('description')),
    ...each(post, 'venue', { ...notTexts, ...texts, ...tooLong(100), missing: undefined }, having('venue')),
    ...['startsAt', 'opensAt', 'closesAt'].flatMap((field) => each(post, field, dates, having(field))),
    ...each(
      post,
      'startsAt',
      { missing: undefined, null: null, 'too far': '9999-12-31T00:00:00Z' },
      having('startsAt'),
    ),
    ...each(
      post,
      'durationMinutes',
      { ...notNumbers, ...notWhole, nothing: 0, 'too long': 43_201 },
      having('durationMinutes'),
    ),
    ...each(
      post,
      'turnaroundMinutes',
      { null: null, text: '5', ...notWhole, 'too long': 1_441 },
      having('turnaroundMinutes'),
    ),
    ...each(
      post,
      'refundPolicy',
      {
        null: null,
        'an unknown word': 'generous',
        'more than all': [{ daysBefore: 1, percent: 101 }],
        'before the past': [{ daysBefore: -1, percent: 50 }],
        'twice the same': [7, 7].map((daysBefore) => ({ daysBefore, percent: 50 })),
      },
      having('refundPolicy'),
    ),
    ...each(
      post,
      'sections',
      {
        null: null,
        none: [],
        missing: undefined,
        'too many': Array.from({ length: 101 }, (_, nth) => ({ ...section, name: `s${nth}` })),
        'of the same name': [section, section],
      },
      having('sections'),
    ),
    ...each(
      post,
      'sections.0.name',
      { ...notTexts, ...tooLong(20), 'with two hyphens': 'a--b', 'beginning with a hyphen': '-a', missing: undefined },
      sectionHaving('name'),
    ),
    ...each(
      post,
      'sections.0.capacity',
      { null: null, text: '5', ...notWhole, nothing: 0, 'too many': 1_000_001, missing: undefined },
      sectionHaving('capacity'),
    ),
    ...each(post, 'sections.0.price', { 'a number': 5, null: null, missing: undefined }, sectionHaving('price')),
    ...each(
      post,
      'sections.0.price',
      {
        'for nothing': { amount: 0, currency: 'EUR' },
        'in no currency': { amount: 5, currency: 'ZZZ' },
        'in one that is gone': { amount: 5, currency: 'SLL' },
      },
      sectionHaving('price'),
    ),
    ...each(post, 'sections.0', { 'more seats than it has': ['A-1', 'A-2'] }, sectionHaving('seats')),
    ...each(post, 'sections.0.rows', { none: [] }, sectionHaving('rows')),
    ...each(post, 'sections.0.maxPerPurchase', { zero: 0, 'too many': 51 }, sectionHaving('maxPerPurchase')),
    ...each(post, 'sections.0.maxPerCustomer', { zero: 0, 'too many': 1_001 }, sectionHaving('maxPerCustomer')),
    ...each(post, 'sections.0.holdSeconds', { zero: 0, 'too long': 3_601 }, sectionHaving('holdSeconds')),
    ...each(post, 'sections.0.pricing', { 'an unknown factor': { moon: 1 } }, sectionHaving('pricing')),
    whole({ colour: 'red' }, 'with an unknown field'),
    whole({ promoter: 'paula' }, 'in the name of another promoter'),
    whole({ sections: [{ ...section, colour: 'red' }] }, 'with an unknown field in a section'),
    whole(
      { sections: [section, { ...section, name: 'balcony', price: { amount: 5_000, currency: 'USD' } }] },
      'in two currencies',
    ),
    whole({ closesAt: inDays(31) }, 'that is sold after its start'),
    whole({ opensAt: inDays(20), closesAt: inDays(20) }, 'that closes as it opens'),
    whole({ opensAt: inDays(30.5) }, 'that opens after its start'),
    whole({ startsAt: inDays(-1) }, 'that has begun', past),
    whole({ closesAt: inDays(-1) }, 'whose sale is over', past),
  ];
}

/** Commands that are not understood, or not this caller's, and queries. */
export function wrongShowCalls({ show }: Place): WrongRequest[] {
  const post = (command: string) => ({ path: `/v1/shows/${show}/${command}`, as: 'promoter' }) as const;
  const commands = ['change', 'publish', 'open', 'close', 'cancel'];
  const query = (text: string): WrongRequest => ({
    what: `for the shows of ${text}`,
    method: 'GET',
    path: `/v1/shows?${text}`,
    call: {},
    ...invalid,
  });
  const body = (command: string) => (command === 'cancel' ? { reason: 'envy' } : {});
  return [
    ...each(post('cancel'), 'reason', { ...notTexts, ...texts, ...tooLong(500), missing: undefined }, (reason) => ({
      reason,
    })),
    ...each(post('change'), 'title', { null: null, ...tooLong(199) }, (title) => ({ title })),
    ...each(post('change'), 'sections', { null: null, none: [] }, (sections) => ({ sections })),
    ...commands.map((command) => ({
      what: `to ${command} with an unknown field`,
      path: post(command).path,
      call: { as: 'promoter' as const, body: { ...body(command), colour: 'red' } },
      ...invalid,
    })),
    ...commands.flatMap((command): WrongRequest[] => [
      { what: `to ${command} without a key`, path: post(command).path, call: {}, slug: 'unauthorized', status: 401 },
      {
        what: `to ${command} by a shop`,
        path: post(command).path,
        call: { as: 'shop' },
        slug: 'forbidden',
        status: 403,
      },
      {
        what: `to ${command} another promoter's draft`,
        path: post(command).path,
        call: { as: 'otherPromoter', body: body(command) },
        slug: 'not-found',
        status: 404,
      },
      {
        what: `to ${command} a show that is not there`,
        path: `/v1/shows/nowhere/${command}`,
        call: { as: 'promoter', body: body(command) },
        slug: 'not-found',
        status: 404,
      },
    ]),
    { what: 'for a show without a key', path: '/v1/shows', call: {}, slug: 'unauthorized', status: 401 },
    { what: 'for a show by a gate', path: '/v1/shows', call: { as: 'gate' }, slug: 'forbidden', status: 403 },
    ...['nowhere', 'GALA', 'a--b', '%00', 'x'.repeat(41)].map((name) => ({
      what: `for the show ${name}`,
      method: 'GET',
      path: `/v1/shows/${name}`,
      call: {},
      slug: 'not-found',
      status: 404,
    })),
    ...[
      'from=tomorrow',
      'to=2030-13-01',
      'from=0000-01-01',
      'to=9999-12-31T23:00:00-02:00',
      `cursor=${Buffer.from('["0000-01-01T00:00:00.000Z","gala"]').toString('base64url')}`,
      'venue=a%00b',
      'status=open',
      'limit=0',
      'limit=201',
      'cursor=abc',
      'text=',
      'colour=red',
    ].map(query),
  ];
}
