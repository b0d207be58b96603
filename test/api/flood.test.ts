import { readStream } from '../../src/store';
import { type Answer, poolIn, problemIn, purchaseIn } from '../support/api-client';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { say } from '../support/steps';
import { describeBoxOffice } from './box-office';

const FLOOD = 5_000;
/** More connections at once the machine itself refuses. */
const AT_ONCE = 150;

describeBoxOffice('a promoter who sends five thousand commands', (open) => {
  test('hears 429 of those that are too many, stops the sale all the same, and holds up nobody else', async () => {
    const { client, stack } = open();
    const [{ name }, other] = [await client.createPool(), await client.createPool()];
    const answers: Answer[] = [];
    let sent = 0;
    const sendOn = async () => {
      while (sent < FLOOD) {
        sent += 1;
        answers.push(await client.steer(name, 'reprice', { price: euros(sent) }));
      }
    };
    const flood = Array.from({ length: AT_ONCE }, sendOn);
    await eventually(() => answers.length >= AT_ONCE);
    const since = performance.now();
    expect(poolIn(await client.steer(name, 'stop', { reason: 'rain' })).status).toBe('stopped');
    say(`A stop in the midst of ${FLOOD} commands was in force after ${performance.now() - since} ms`);
    const { id } = await client.reserve(other.name);
    expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
    await Promise.all(flood);

    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted.length).toBeGreaterThan(0);
    for (const answer of answers) {
      if (answer.status === 200) continue;
      problemIn(answer, 'too-many-requests', 429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const stream = await readStream(stack.database, `pool-${name}`);
    expect(stream.filter(({ type }) => type === 'PoolRepriced')).toHaveLength(accepted.length);
  });

  test('may send more once its commands are in force', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const many = await Promise.all(
      Array.from({ length: 300 }, (_, nth) => client.steer(name, 'reprice', { price: euros(nth + 1) })),
    );
    expect(many.map(({ status }) => status)).toContain(429);
    await eventually(async () => poolIn(await client.steer(name, 'reprice', { price: euros(7) })));
    expect((await client.pool(name)).price).toEqual(euros(7));
  });
});
