import { statusQuery } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { paths } from './paths';
import { Stage } from './stage';

describeWith('temporal', 'where every step is a replay of all the steps before it,', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal', forgetful: true });
  });
  afterAll(async () => {
    await stage.assertSettled();
    await stage.close();
  });

  it.each(paths)('$name goes its way', async ({ status, play }) => {
    const handle = await play(stage);
    expect(await handle.query(statusQuery)).toMatchObject({ status });
  });
});
