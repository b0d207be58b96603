import { randomUUID } from 'node:crypto';
import type { ShowStep } from '../../activities';
import type { ShowSettings } from '../../src/domain';
import { listShows, type ShowPage, showNamed, shows, verify } from '../../src/projections';
import { searchFor, wordsOf } from '../../src/projections/words';
import { type Ledger, openBoxOffice } from '../support/box-office';
import { followed } from '../support/followed';
import { showSettings } from '../support/show-events';

describe('the read model of shows', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  async function drafted(changes: Partial<ShowSettings> = {}): Promise<string> {
    const id = randomUUID().slice(0, 8);
    const settings = showSettings({ name: `show-${id}`, venue: `Hall ${id}`, ...changes });
    expect(await ledger.activities.draftShow(settings)).toMatchObject({ status: 'done' });
    return settings.name;
  }
  const steer = async (show: string, step: ShowStep) => {
    expect(await ledger.activities.steerShow({ show, step, stepId: randomUUID() })).toMatchObject({ status: 'done' });
  };
  const found = async (page: Partial<ShowPage>) => {
    await followed(ledger.database);
    return (await listShows(ledger.database, { drafts: 'all', limit: 50, ...page })).map(({ name }) => name);
  };

  it('gives a show as it is now, however far it has come', async () => {
    const show = await drafted({ description: 'with a choir' });
    expect(await showNamed(ledger.database, show)).toMatchObject({ status: 'draft', published: false });
    await followed(ledger.database);
    await steer(show, { signal: 'changeShow', input: { title: 'Summer Gala' } });
    await steer(show, { signal: 'publish' });
    const now = await showNamed(ledger.database, show);
    expect(now).toMatchObject({
      title: 'Summer Gala',
      description: 'with a choir',
      status: 'published',
      published: true,
    });
    await followed(ledger.database);
    expect(await showNamed(ledger.database, show)).toEqual(now);
    expect(await showNamed(ledger.database, 'nowhere')).toBeUndefined();
  });

  it('finds a changed show by its new words and hours, and no longer by the old ones', async () => {
    const show = await drafted({ title: 'Quartet of strings' });
    expect(await found({ text: 'quartet' })).toEqual([show]);
    await steer(show, { signal: 'changeShow', input: { title: 'Quintet', startsAt: '2027-01-01T18:00:00Z' } });
    expect(await found({ text: 'quartet' })).toEqual([]);
    expect(await found({ text: 'quint', from: '2027-01-01T00:00:00Z' })).toEqual([show]);
  });

  it('keeps what never was published from all but its promoter', async () => {
    const venue = `Cellar ${randomUUID()}`;
    const show = await drafted({ venue, promoter: 'paula' });
    for (const drafts of ['all', { of: 'paula' }] as const) expect(await found({ venue, drafts })).toEqual([show]);
    for (const drafts of ['none', { of: 'pat' }] as const) expect(await found({ venue, drafts })).toEqual([]);
    await steer(show, { signal: 'cancelShow', input: { reason: 'nobody comes' } });
    expect(await found({ venue, drafts: 'none' })).toEqual([]);
    expect(await found({ venue, drafts: 'none', status: 'cancelled' })).toEqual([]);
  });

  it('finds a show by a word as long as a title, in letters of which half is no text', async () => {
    const word = `a${'𠮷'.repeat(100)}`;
    const show = await drafted({ title: word });
    expect(await found({ text: word })).toEqual([show]);
  });

  it('is as a rebuild makes it', async () => {
    await followed(ledger.database);
    const verified = await verify(ledger.database, shows);
    expect(verified).toMatchObject({ differing: 0 });
    expect(verified.rows).toBeGreaterThan(2);
  });
});

describe('the words of a text', () => {
  it('are compared in small letters and without accents, each once', () => {
    expect(wordsOf('Müller & Söhne: L’Été, müller-2000! ÉTÉ')).toEqual(['muller', 'sohne', 'l', 'ete', '2000']);
    expect(wordsOf('Ｆｕｌｌ ½ 東京')).toEqual(['full', '1', '2', '東京']);
    expect(wordsOf('GROSSE Große Gro\u00adße ΟΔΟΣ οδος')).toEqual(['grosse', 'οδος']);
    expect(wordsOf(' !? ')).toEqual([]);
  });

  it('are searched for by their beginnings, and nothing in them is a query', () => {
    expect(searchFor("O'Hara | x:*")).toBe("'o':* & 'hara':* & 'x':*");
    expect(searchFor('?!')).toBeUndefined();
  });
});
