import { Registry } from 'prom-client';
import { projectionMetrics } from '../../src/runtime/projection-metrics';
import { connect } from '../../src/store';
import { onSale, openBoxOffice } from '../support/box-office';
import { followed } from '../support/followed';

describe('the metrics of the read models', () => {
  it('say how far each is, as the database has it at that moment', async () => {
    const boxOffice = await openBoxOffice();
    const ledger = boxOffice.another();
    const registry = new Registry();
    projectionMetrics(registry, ledger.database);
    await onSale(ledger);
    expect(await registry.metrics()).toContain('boxoffice_projection_behind{projection="event_counts"} 1\n');
    await followed(ledger.database);
    const caughtUp = await registry.metrics();
    expect(caughtUp).toContain('boxoffice_projection_behind{projection="event_counts"} 0\n');
    expect(caughtUp).toContain('boxoffice_projection_position{projection="purchases"} 1\n');
    expect(caughtUp).toContain('boxoffice_projection_parked_events{projection="purchases"} 0\n');
    await boxOffice.close();
  });

  it('leave them out while the database is away, and keep the rest', async () => {
    const registry = new Registry();
    const away = connect('postgres://nobody@127.0.0.1:1/nothing', () => undefined);
    projectionMetrics(registry, away);
    expect(await registry.metrics()).not.toContain('projection="');
    await away.end();
  });
});
