import { CommandPlaces, commandLimits } from '../../api/command-places';
import { Problem } from '../../api/problem';

const { refusedAfter, atOnce, waiting, ofCaller } = commandLimits;
/** Timers may be early by their rounding. */
const atLeast = refusedAfter - 5;

describe('commands that are too many', () => {
  const places = new CommandPlaces();
  const found = async () => undefined;
  const reprice = (caller: string, one: string) => ({ caller, one, isStop: false });
  let free = () => {};
  let held: Promise<unknown>[] = [];
  let blocked: Promise<void>;

  beforeEach(() => {
    blocked = new Promise<void>((resolve) => {
      free = resolve;
    });
    held = [];
  });
  afterEach(async () => {
    free();
    await Promise.all(held);
  });

  const hold = (count: number, caller: string, nameOf: (nth: number) => string) => {
    for (let nth = 0; nth < count; nth += 1) {
      held.push(places.during(reprice(caller, nameOf(nth)), found, () => blocked));
    }
  };

  async function expectRefusalInItsTime(caller: string, one: string): Promise<void> {
    const began = performance.now();
    const refused = await places
      .during(reprice(caller, one), found, async () => 'done')
      .catch((error: unknown) => error);
    expect(performance.now() - began).toBeGreaterThanOrEqual(atLeast);
    expect(refused).toBeInstanceOf(Problem);
    expect((refused as Problem).document.status).toBe(429);
  }

  it('to one pool are told so after a while, and commands to others and stops are done at once', async () => {
    hold(atOnce + waiting, 'pat', () => 'gig');
    const refused = expectRefusalInItsTime('paula', 'gig');
    const done: string[] = [];
    void refused.then(() => done.push('refused'));
    await places.during(reprice('pat', 'gala'), found, async () => done.push('another pool'));
    await places.during({ caller: 'pat', one: 'gig', isStop: true }, found, async () => done.push('a stop'));
    await refused;
    expect(done).toEqual(['another pool', 'a stop', 'refused']);
  });

  it('take no place of their promoter meanwhile', async () => {
    hold(atOnce + waiting, 'pat', () => 'gig');
    const refused = Promise.allSettled(
      Array.from({ length: ofCaller }, () => places.during(reprice('pat', 'gig'), found, () => blocked)),
    );
    await new Promise(setImmediate);
    expect(await places.during(reprice('pat', 'gala'), found, async () => 'done')).toBe('done');
    expect((await refused).map(({ status }) => status)).toEqual(Array(ofCaller).fill('rejected'));
  });

  it('of one promoter are told so after a while, and those of another are done at once', async () => {
    hold(ofCaller, 'pat', (nth) => `gig-${nth % ofCaller}`);
    const refused = expectRefusalInItsTime('pat', 'gala');
    const done: string[] = [];
    void refused.then(() => done.push('refused'));
    await places.during(reprice('paula', 'gala'), found, async () => done.push('another promoter'));
    await refused;
    expect(done).toEqual(['another promoter', 'refused']);
  });
});
