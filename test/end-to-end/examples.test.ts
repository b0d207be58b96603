import { examples } from '../../examples';
import { type Boxoffice, npm, Premises } from '../support/npm-start';
import { brokenRules } from '../support/rules';

describe('npm run example', () => {
  const premises = new Premises();
  let dataDir = '';
  let boxoffice: Boxoffice;

  const tell = async (...args: string[]) => {
    const command = npm(['run', '--silent', 'example', '--', ...args], { BOXOFFICE_DATA_DIR: dataDir });
    return { ended: await command.ended(), output: command.output };
  };

  beforeAll(async () => {
    dataDir = await premises.newDataDir();
    boxoffice = await premises.open(dataDir);
  });
  afterAll(() => premises.close());

  it.each([
    ['pool-of-fifty', 'Sold out. Earned: 750.00 EUR.'],
    ['cinema', 'Within a day of its start a film cannot be cancelled any more.'],
    ['concert', 'tickets sold for'],
  ])('tells the story of %s to its end', async (name, lastWords) => {
    const { ended, output } = await tell(name);
    expect(output.trimEnd().split('\n').at(-1)).toContain(lastWords);
    expect(ended).toBe(0);
  });

  it('has every example told here', () => {
    expect(Object.keys(examples)).toEqual(['pool-of-fifty', 'cinema', 'concert']);
  });

  it('leaves every rule kept that must always hold', async () => {
    expect(await brokenRules(boxoffice.databaseUrl, { acknowledged: [], longestOutageMs: 0 })).toEqual([]);
  });

  it('says what there is where it is asked for nothing, and where a boxoffice is looked for', async () => {
    const { ended, output } = await tell();
    expect([ended, output]).toEqual([1, expect.stringContaining('pool-of-fifty | cinema | concert')]);
    const elsewhere = npm(['run', '--silent', 'example', '--', 'cinema'], {
      BOXOFFICE_DATA_DIR: await premises.newDataDir(),
    });
    expect(await elsewhere.ended()).toBe(1);
    expect(elsewhere.output).toContain('Run npm start');
  });
});
