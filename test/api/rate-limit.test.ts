import type { ServerResponse } from 'node:http';
import { RateLimit } from '../../api/rate-limit';

/** Of the window in seconds, as it is told. */
const WINDOW = 10;

describe('the limit of rate', () => {
  afterEach(() => jest.restoreAllMocks());

  it('tells at no moment of the clock more seconds than its window has', () => {
    const told = new Set<string>();
    const response = { setHeader: (_name: string, value: string) => told.add(value) } as unknown as ServerResponse;
    const clock = jest.spyOn(performance, 'now');
    // Of these fractions many are rounded up where the window is added to them.
    for (let moment = 0; moment < 1_000; moment += 1) {
      clock.mockReturnValue(moment * 1_234.567_891_3);
      new RateLimit().count(response, 'anybody', 5);
    }
    const seconds = [...told].flatMap((header) => /; t=(\d+)$/.exec(header)?.slice(1) ?? []);
    expect(new Set(seconds)).toEqual(new Set([String(WINDOW)]));
  });
});
