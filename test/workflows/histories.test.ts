import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../support/describe-with';
import { surroundings } from '../support/surroundings';
import { historyText, isOfRelease, recordedNames, recorder, writeHistory } from './histories';
import { paths } from './paths';
import { Stage } from './stage';

if (surroundings().recordHistories) {
  describeWith('temporal', 'the history', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open({ on: 'temporal', identity: recorder });
    });
    afterAll(() => stage.close());

    it.each(paths)('of $name is recorded', async ({ name, play }) => {
      writeHistory(name, await (await play(stage)).fetchHistory());
    });
  });
}

describe('recorded histories', () => {
  it('are there for every path, and for no other', () => {
    const ofToday = recordedNames().filter((name) => !isOfRelease(name));
    expect(ofToday).toEqual(paths.map(({ name }) => name).sort());
  });

  it.each(paths)('tell of $name, and nothing of the machine it was recorded on', ({ name }) => {
    const text = historyText(name);
    expect(text).not.toContain(join(__dirname, '../..'));
    expect(text).not.toContain('node_modules');
    expect(text).not.toContain(`@${hostname()}`);
    expect(text).not.toMatch(new RegExp(`/home/|/Users/|/${userInfo().username}/`));
  });
});
