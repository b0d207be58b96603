import { randomUUID } from 'node:crypto';
import { attentionAnswer } from '../../api/routes/operations';
import { ApiClient, parsed, problemIn } from '../support/api-client';
import { BoxOfficeStack } from '../support/box-office-stack';
import { describeWith } from '../support/describe-with';

const path = '/v1/operations/attention';

describeWith('temporal', 'what an operator should look at', () => {
  let stack: BoxOfficeStack;
  let client: ApiClient;
  beforeAll(async () => {
    // No worker, which would mend what is planted here.
    stack = await BoxOfficeStack.open({ workers: 0, temporalUiUrl: 'http://temporal.test' });
    client = new ApiClient(stack.api);
  });
  afterAll(() => stack?.close());

  const items = async () => parsed(attentionAnswer, await client.call('GET', path, { as: 'operator' }), 200).items;
  const link = (stream: string) => `http://temporal.test/namespaces/${stack.namespace}/workflows/${stream}`;

  /** A purchase as the read model and the last audit show it, its hold over and its last change so many seconds ago. */
  async function purchase(status: string, { endedAgo, changedAgo }: { endedAgo: number; changedAgo: number }) {
    const id = randomUUID();
    const { rows } = await stack.database.query<{ ended: Date; changed: Date }>(
      `WITH made AS (
         INSERT INTO purchases (id, version, position, status, customer_id, details, created_at, updated_at)
         SELECT $1, 1, 1, $2, 'alice', jsonb_build_object('expiresAt', now() - make_interval(secs => $3)), now(), now() - make_interval(secs => $4)
         RETURNING details, updated_at)
       SELECT (details ->> 'expiresAt')::timestamptz AS ended, updated_at AS changed FROM made`,
      [id, status, endedAgo, changedAgo],
    );
    await stack.database.query('INSERT INTO audit_again VALUES ($1, now())', [`purchase-${id}`]);
    return { stream: `purchase-${id}`, ended: rows[0]?.ended.toISOString(), changed: rows[0]?.changed.toISOString() };
  }

  test('is told to operators alone', async () => {
    problemIn(await client.call('GET', path), 'unauthorized', 401);
    for (const as of ['shop', 'promoter', 'gate'] as const) {
      problemIn(await client.call('GET', path, { as }), 'forbidden', 403);
    }
    expect(await items()).toEqual([]);
  });

  test('is each thing with its kind, since when, why, and the way to its workflow', async () => {
    const late = await purchase('reserved', { endedAgo: 60, changedAgo: 5 });
    const paying = await purchase('paying', { endedAgo: -60, changedAgo: 50 });
    await purchase('reserved', { endedAgo: 5, changedAgo: 60 });
    await purchase('paying', { endedAgo: -60, changedAgo: 5 });
    await purchase('expired', { endedAgo: 60, changedAgo: 60 });
    const at = '2026-03-01T12:00:00.000Z';
    const later = '2026-03-01T12:00:05.000Z';
    await stack.database.query(
      `INSERT INTO gone_workflows (stream, because, found_at, due_at, tries, error, restarted_at) VALUES
         ('pool-one', 'its workflow was terminated', $1, $1, 0, NULL, NULL),
         ('pool-two', 'its workflow was terminated', $2, $1, 1, NULL, $2),
         ('show-three', 'its workflow is not there', '2026-03-01T12:00:09Z', $1, 4, 'no room', NULL)`,
      [at, later],
    );
    await stack.database.query(
      `INSERT INTO parked_events (projection, position, stream, error, parked_at)
       VALUES ('purchases', 7, 'purchase-parked', 'no such field', $1), ('purchases', 8, 'purchase-parked', NULL, $1)`,
      [at],
    );
    await stack.database.query(
      `INSERT INTO audit_breaches (rule, stream, sentence, found_at)
       VALUES ('venues', 'venue-hall', 'it is booked twice', $1), ('read-models', '', 'shows: one differs', $2)`,
      [at, later],
    );
    expect(await items()).toEqual([
      {
        kind: 'past-hold',
        stream: late.stream,
        since: late.ended,
        because: 'its hold is over, and its tickets are still held',
        temporal: link(late.stream),
      },
      {
        kind: 'paying-long',
        stream: paying.stream,
        since: paying.changed,
        because: 'its payment has begun, and nobody knows its outcome',
        temporal: link(paying.stream),
      },
      {
        kind: 'workflow-gone',
        stream: 'pool-one',
        since: at,
        because: 'its workflow was terminated; it is started anew soon',
        temporal: link('pool-one'),
      },
      {
        kind: 'workflow-gone',
        stream: 'pool-two',
        since: later,
        because: 'its workflow was terminated; it was started anew at 2026-03-01T12:00:05Z',
        temporal: link('pool-two'),
      },
      {
        kind: 'workflow-gone',
        stream: 'show-three',
        since: '2026-03-01T12:00:09.000Z',
        because: 'its workflow is not there; it could not be started anew, after 4 tries: no room',
        temporal: link('show-three'),
      },
      {
        kind: 'parked-event',
        stream: 'purchase-parked',
        since: at,
        because: 'read model purchases cannot apply the event at position 7: no such field',
        temporal: link('purchase-parked'),
      },
      { kind: 'audit-breach', stream: 'venue-hall', since: at, because: 'venues: it is booked twice' },
      { kind: 'audit-breach', since: later, because: 'read-models: shows: one differs' },
    ]);
  });
});
