import { heldFor } from '../../api/held-for';

describe('what is held for a while', () => {
  const clock = { now: new Date(0) };
  const later = (milliseconds: number) => {
    clock.now = new Date(clock.now.getTime() + milliseconds);
  };

  it('is loaded once for all who ask at a time, however long that takes, and again when its time is over', async () => {
    const finish: ((value: string) => void)[] = [];
    const held = heldFor(
      1_000,
      () => clock.now,
      () => new Promise<string>((resolve) => finish.push(resolve)),
    );
    const both = [held(), held()];
    later(5_000);
    both.push(held());
    expect(finish).toHaveLength(1);
    finish[0]?.('first');
    expect(await Promise.all(both)).toEqual(['first', 'first', 'first']);
    later(999);
    expect(await held()).toBe('first');
    later(1);
    const next = held();
    finish[1]?.('second');
    expect(await next).toBe('second');
  });

  it('is loaded anew after it failed', async () => {
    let loads = 0;
    const held = heldFor(
      1_000,
      () => clock.now,
      async () => {
        loads += 1;
        if (loads === 1) throw new Error('away');
        return loads;
      },
    );
    await expect(held()).rejects.toThrow('away');
    expect(await held()).toBe(2);
  });
});
