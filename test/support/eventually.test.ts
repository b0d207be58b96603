import { eventually } from './eventually';

describe('eventually', () => {
  it('gives the first value that the probe gives without failing', async () => {
    let tries = 0;
    const value = await eventually(() => {
      tries += 1;
      if (tries < 3) throw new Error('not yet');
      return tries;
    });
    expect(value).toBe(3);
  });

  it('takes false for not yet, and other empty values for success', async () => {
    const answers = [false, false, 0] as const;
    let tries = 0;
    expect(await eventually(() => answers[tries++] ?? false)).toBe(0);
    expect(tries).toBe(3);
  });

  it('gives up after its time with the last failure', async () => {
    let tries = 0;
    const waiting = eventually(
      () => {
        tries += 1;
        throw new Error(`failure ${tries}`);
      },
      { within: 100 },
    );
    await expect(waiting).rejects.toThrow(/^Not within 100 ms: failure \d+$/);
    expect(tries).toBeGreaterThan(1);
  });

  it('does not wait for a probe that never answers', async () => {
    const waiting = eventually(() => new Promise(() => undefined), { within: 50 });
    await expect(waiting).rejects.toThrow('Not within 50 ms: the probe never answered');
  });
});
