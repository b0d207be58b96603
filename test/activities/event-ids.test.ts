import { v7, validate, version } from 'uuid';
import { eventIds } from '../../activities/event-ids';
import { deterministicId } from '../../src/domain';

describe('the ids of events', () => {
  const purchaseId = v7();
  const idsOf = (commandId: string) => [0, 1, 2, 500].map(eventIds(commandId));

  it('are the same for the same command, and others for every other', () => {
    const commands = [`purchase-${purchaseId}/reserve`, `purchase-${purchaseId}/confirm`, `purchase-${v7()}/reserve`];
    for (const command of commands) expect(idsOf(command)).toEqual(idsOf(command));
    expect(new Set(commands.flatMap(idsOf)).size).toBe(commands.length * 4);
  });

  it('are UUIDs of version 8 that begin with the time of the purchase', () => {
    for (const id of idsOf(`purchase-${purchaseId}/reserve`)) {
      expect([validate(id), version(id), id.slice(0, 13)]).toEqual([true, 8, purchaseId.slice(0, 13)]);
    }
  });

  it('of steps of a pool, and of purchases whose id says no time, are what they have always been', () => {
    for (const command of ['pool-front/signal-1', `purchase-${deterministicId('a', 'purchase')}/reserve`]) {
      expect(idsOf(command)).toEqual([0, 1, 2, 500].map((index) => deterministicId(command, index)));
    }
  });
});
