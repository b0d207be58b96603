import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

describeBoxOffice('The audit of a boxoffice', (open) => {
  it('is made by its worker, and shown by its API', async () => {
    const { stack } = open();
    await eventually(async () => {
      const shown = await (await fetch(`${stack.api.url}/metrics`)).text();
      return /^boxoffice_audit_breaches\{rule="never-oversold"\} 0$/m.test(shown);
    });
    const audited = stack.workerLogs.filter((line) => line.includes('"msg":"audited"'));
    expect(audited).toEqual([expect.stringContaining('"scope":"whole","breaches":0')]);
  });
});
