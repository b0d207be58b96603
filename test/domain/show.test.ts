import {
  draftShow,
  evolveShow,
  type ShowChange,
  type ShowCommand,
  type ShowEvent,
  type ShowSettings,
  type ShowStatus,
  showLimits,
  steerShow,
} from '../../src/domain';
import { euros } from '../support/domain-events';
import { scenarios } from '../support/scenario';
import {
  cancelled,
  changed,
  completed,
  drafted,
  published,
  salesClosed,
  salesOpened,
  showSection,
  showSettings,
} from '../support/show-events';

const { given } = scenarios(evolveShow);
const name = 'spring-gala';
const early = new Date('2026-03-01T12:00:00Z');
const starts = Date.parse(showSettings().startsAt);
const hours = (count: number) => count * 3_600_000;
const until = (milliseconds: number) => new Date(starts - milliseconds);
const since = (milliseconds: number) => new Date(starts + milliseconds);

const draft =
  (changes: Partial<ShowSettings> = {}, now = early) =>
  (show: Parameters<typeof draftShow>[0]) =>
    draftShow(show, showSettings(changes), now);
const steered =
  (command: ShowCommand, now = early) =>
  (show: Parameters<typeof steerShow>[0]) =>
    steerShow(show, name, command, now);
const reason = 'the singer is ill';
const commands = {
  publish: { kind: 'publish' },
  openSales: { kind: 'openSales' },
  closeSales: { kind: 'closeSales' },
  complete: { kind: 'complete' },
  changeShow: { kind: 'changeShow', change: { title: 'Summer Gala' } },
  cancelShow: { kind: 'cancelShow', reason },
  callOff: { kind: 'callOff', reason },
} satisfies Record<string, ShowCommand>;

/** What happened to a show of each status. */
const lives: Record<ShowStatus, ShowEvent[]> = {
  draft: [drafted()],
  published: [drafted(), published],
  'sales-open': [drafted(), published, salesOpened],
  'sales-closed': [drafted(), published, salesOpened, salesClosed],
  completed: [drafted(), published, salesOpened, salesClosed, completed],
  cancelled: [drafted(), published, cancelled()],
};
const conflict = (showStatus: ShowStatus) => ({ slug: 'show-status-conflict' as const, show: name, showStatus });

describe('drafting a show', () => {
  it('begins its stream with the plan', () => {
    given().when(draft()).gives(drafted());
  });

  it('is nothing to do for the very same plan, and refused for another one of its name', () => {
    given(drafted()).when(draft()).givesNothing();
    given(drafted())
      .when(draft({ title: 'Summer Gala' }))
      .refuses({ slug: 'show-name-taken', show: name });
  });

  const wrong: [what: string, changes: Partial<ShowSettings>, path: string, message: string][] = [
    ['a title', { title: ' ' }, 'title', 'must have 1 to 199 characters'],
    ['a title under 200 characters', { title: 'x'.repeat(200) }, 'title', 'must have 1 to 199 characters'],
    ['a section', { sections: [] }, 'sections', 'must be 1 to 100'],
    [
      'at most 100 sections',
      { sections: Array.from({ length: 101 }, (_, index) => showSection({ name: `s${index}` })) },
      'sections',
      'must be 1 to 100',
    ],
    [
      'sections with names of their own',
      { sections: [showSection(), showSection()] },
      'sections',
      'must have names of their own',
    ],
    [
      'room in every section',
      { sections: [showSection({ capacity: 0 })] },
      'sections.0.capacity',
      'must be more than nothing',
    ],
    [
      'a price in every section',
      { sections: [showSection(), showSection({ name: 'balcony', price: euros(0) })] },
      'sections.1.price.amount',
      'must cost something',
    ],
    [
      'one currency',
      { sections: [showSection(), showSection({ name: 'balcony', price: { amount: 1, currency: 'CHF' } })] },
      'sections.1.price.currency',
      'must be that of the other sections',
    ],
    ['a duration', { durationMinutes: 0 }, 'durationMinutes', 'must be 1 to 43200 minutes'],
    ['no turnaround below nothing', { turnaroundMinutes: -1 }, 'turnaroundMinutes', 'must be 0 to 1440 minutes'],
    [
      'a sale that closes before the start',
      { closesAt: '2026-06-01T18:00:00.001Z' },
      'closesAt',
      'must not be after startsAt',
    ],
    [
      'a sale that opens before it closes',
      { opensAt: '2026-05-01T00:00:00Z', closesAt: '2026-05-01T00:00:00Z' },
      'opensAt',
      'must be before the sale closes',
    ],
    [
      'a sale that opens before the start',
      { opensAt: '2026-06-01T18:00:00Z' },
      'opensAt',
      'must be before the sale closes',
    ],
    [
      'refunds without a contradiction',
      { refundPolicy: [7, 7].map((daysBefore) => ({ daysBefore, percent: 50 })) },
      'refundPolicy',
      'must not name the same days twice',
    ],
    ['a day that calendars know', { startsAt: '9999-12-30T00:00:00Z' }, 'startsAt', 'is too far away'],
  ];
  it.each(wrong)('needs %s', (_what, changes, path, message) => {
    given()
      .when(draft(changes))
      .refuses({ slug: 'validation-failed', errors: [{ path, message }] });
  });

  it.each<[what: string, changes: Partial<ShowSettings>]>([
    ['a title of 199 characters', { title: 'x'.repeat(showLimits.titleLength) }],
    ['a title of 199 pictures', { title: '🎭'.repeat(showLimits.titleLength) }],
    ['100 sections', { sections: Array.from({ length: 100 }, (_, index) => showSection({ name: `s${index}` })) }],
    ['a sale that closes as it starts', { closesAt: '2026-06-01T18:00:00.000Z' }],
    ['no refunds', { refundPolicy: [] }],
  ])('may have %s', (_what, changes) => {
    given().when(draft(changes)).gives(drafted(changes));
  });

  it('is refused where it would begin, or its sale close, in the past', () => {
    const past = { slug: 'past-date' as const, show: name };
    given()
      .when(draft({}, since(0)))
      .refuses({ ...past, field: 'startsAt' });
    given()
      .when(draft({ closesAt: early.toISOString() }))
      .refuses({ ...past, field: 'closesAt' });
    given()
      .when(draft({}, until(1)))
      .gives(drafted());
  });
});

describe('changing a show', () => {
  const change = (fields: ShowChange, now = early) => steered({ kind: 'changeShow', change: fields }, now);

  it('keeps what is not named, and tells the whole plan', () => {
    given(drafted({ description: 'with a choir' }))
      .when(change({ title: 'Summer Gala', startsAt: '2026-07-01T18:00:00.000Z' }))
      .gives(changed({ description: 'with a choir', title: 'Summer Gala', startsAt: '2026-07-01T18:00:00.000Z' }));
  });

  it('takes away what need not be there', () => {
    given(drafted({ description: 'with a choir', opensAt: '2026-04-01T00:00:00Z', closesAt: '2026-05-01T00:00:00Z' }))
      .when(change({ description: null, opensAt: null, closesAt: null }))
      .gives(changed());
  });

  it('to what it is already gives nothing', () => {
    given(drafted()).when(change({})).givesNothing();
    given(drafted())
      .when(change({ title: 'Spring Gala', description: null }))
      .givesNothing();
  });

  it('is refused where the new plan does not hold, or would begin in the past', () => {
    given(drafted())
      .when(change({ sections: [] }))
      .refuses({ slug: 'validation-failed', errors: [{ path: 'sections', message: 'must be 1 to 100' }] });
    given(drafted())
      .when(change({ startsAt: '2026-02-01T00:00:00Z' }))
      .refuses({ slug: 'past-date', show: name, field: 'startsAt' });
  });

  it('is for drafts', () => {
    for (const status of ['published', 'sales-open', 'sales-closed', 'completed', 'cancelled'] as const) {
      given(...lives[status])
        .when(steered(commands.changeShow))
        .refuses(conflict(status));
    }
  });
});

describe('publishing a show', () => {
  it('is for a draft, once', () => {
    given(drafted()).when(steered(commands.publish)).gives(published);
    given(drafted(), published).when(steered(commands.publish)).givesNothing();
    for (const status of ['sales-open', 'sales-closed', 'completed', 'cancelled'] as const) {
      given(...lives[status])
        .when(steered(commands.publish))
        .refuses(conflict(status));
    }
  });

  it('is refused once it has begun, or its sale would be over', () => {
    given(drafted())
      .when(steered(commands.publish, since(0)))
      .refuses({ slug: 'past-date', show: name, field: 'startsAt' });
    given(drafted({ closesAt: '2026-05-01T00:00:00Z' }))
      .when(steered(commands.publish, new Date('2026-05-01T00:00:00Z')))
      .refuses({ slug: 'past-date', show: name, field: 'closesAt' });
  });
});

describe('opening the sale of a show', () => {
  it('is for a published one, once', () => {
    given(...lives.published)
      .when(steered(commands.openSales))
      .gives(salesOpened);
    given(...lives['sales-open'])
      .when(steered(commands.openSales))
      .givesNothing();
  });

  it.each(['draft', 'sales-closed', 'completed', 'cancelled'] as const)('is refused when it is %s', (status) => {
    given(...lives[status])
      .when(steered(commands.openSales))
      .refuses(conflict(status));
  });

  it('is refused when the sale should be over', () => {
    given(...lives.published)
      .when(steered(commands.openSales, since(0)))
      .refuses({ slug: 'past-date', show: name, field: 'startsAt' });
  });
});

describe('closing the sale of a show', () => {
  it('is for one on sale, once', () => {
    given(...lives['sales-open'])
      .when(steered(commands.closeSales))
      .gives(salesClosed);
    given(...lives['sales-closed'])
      .when(steered(commands.closeSales))
      .givesNothing();
  });

  it('closes what was never opened when its time is over, and not before', () => {
    const closesAt = '2026-05-01T00:00:00.000Z';
    given(drafted({ closesAt }), published)
      .when(steered(commands.closeSales, new Date(closesAt)))
      .gives(salesClosed);
    given(drafted({ closesAt }), published)
      .when(steered(commands.closeSales, new Date(Date.parse(closesAt) - 1)))
      .refuses(conflict('published'));
  });

  it.each(['draft', 'completed', 'cancelled'] as const)('is refused when it is %s', (status) => {
    given(...lives[status])
      .when(steered(commands.closeSales, since(0)))
      .refuses(conflict(status));
  });
});

describe('completing a show', () => {
  it('is for one that has ended, once', () => {
    given(...lives['sales-closed'])
      .when(steered(commands.complete, since(hours(2))))
      .gives(completed);
    given(...lives['sales-closed'])
      .when(steered(commands.complete, since(hours(2) - 1)))
      .refuses(conflict('sales-closed'));
    given(...lives.completed)
      .when(steered(commands.complete, since(hours(2))))
      .givesNothing();
  });

  it.each(['draft', 'published', 'sales-open', 'cancelled'] as const)('is refused when it is %s', (status) => {
    given(...lives[status])
      .when(steered(commands.complete, since(hours(2))))
      .refuses(conflict(status));
  });
});

describe('cancelling a show', () => {
  const open = ['draft', 'published', 'sales-open', 'sales-closed'] as const;

  it.each(open)('is possible until 24 hours before its start when it is %s', (status) => {
    given(...lives[status])
      .when(steered(commands.cancelShow, until(hours(24))))
      .gives(cancelled());
  });

  it.each(open)('is refused from then on, and after it began, when it is %s', (status) => {
    for (const now of [until(hours(24) - 1), since(0), since(hours(100))]) {
      given(...lives[status])
        .when(steered(commands.cancelShow, now))
        .refuses({ slug: 'too-close-to-start', show: name, startsAt: showSettings().startsAt });
    }
  });

  it('is nothing to do for one that is cancelled, however late it is', () => {
    for (const command of [commands.cancelShow, commands.callOff]) {
      given(...lives.cancelled)
        .when(steered(command, since(0)))
        .givesNothing();
    }
  });

  it('is refused for one that is completed', () => {
    for (const command of [commands.cancelShow, commands.callOff]) {
      given(...lives.completed)
        .when(steered(command))
        .refuses(conflict('completed'));
    }
  });

  it.each(open)('is possible at any time for one that nobody steers any more: %s', (status) => {
    given(...lives[status])
      .when(steered(commands.callOff, since(0)))
      .gives(cancelled());
  });
});

describe('a show that was never drafted', () => {
  it.each(Object.values(commands))('is not found: $kind', (command) => {
    given()
      .when(steered(command))
      .refuses({ slug: 'not-found', what: `show ${name}` });
  });
});
