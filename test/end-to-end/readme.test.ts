import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/npm-start';

/** Each command that the README tells people to type, and what runs it. */
const known: readonly (readonly [command: RegExp, runBy: string])[] = [
  [/^npm start$/, 'test/end-to-end/start-and-stop.test.ts'],
  [/^npm test$/, '.ci/run'],
  [/^npm run check$/, '.ci/run'],
  [/^npm run docs$/, 'test/check/docs.test.ts'],
  [/^npm run build$/, 'test/production/build.test.ts'],
  [/^npm run (migrate|api|worker)$/, 'test/end-to-end/programs.test.ts'],
  [/^npm run projections( -- (list|verify|rebuild NAME|retry NAME))?$/, 'test/end-to-end/projections.test.ts'],
  [/^npm run (--silent )?audit( -- --json| -- --outage \d+)?$/, 'test/end-to-end/audit.test.ts'],
  [/^npm run example( -- (pool-of-fifty|cinema|concert))?$/, 'test/end-to-end/examples.test.ts'],
  [/^npm run histories$/, 'test/workflows/histories.test.ts'],
  [/^npm run (--silent )?bench( -- --json)?$/, 'test/end-to-end/bench.test.ts'],
];

const readme = readFileSync(join(repository, 'README.md'), 'utf8');

/** The lines of shell blocks, and what stands in the text in backquotes and begins like a command. */
function commandsIn(markdown: string): readonly string[] {
  const block = /^```(\w*)\n(.*?)^```$/gms;
  const inBlocks = [...markdown.matchAll(block)]
    .filter(([, language]) => ['', 'sh', 'bash', 'shell', 'console'].includes(language ?? ''))
    .flatMap(([, , text]) => (text ?? '').replaceAll('\\\n', ' ').split('\n'));
  const inText = [...markdown.replaceAll(block, '').matchAll(/`((?:npm|npx|node|docker|temporal|git) [^`]+)`/g)];
  return [...inBlocks, ...inText.map(([, command]) => command ?? '')]
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '');
}

const runnerOf = (command: string) => known.find(([pattern]) => pattern.test(command))?.[1];

describe('the README', () => {
  const commands = commandsIn(readme);

  it('names no command that nothing runs', () => {
    expect(commands).toEqual(expect.arrayContaining(['npm start', 'npm test']));
    expect(commands.filter((command) => runnerOf(command) === undefined)).toEqual([]);
  });

  it('is known to us by files that are there', () => {
    expect(known.map(([, runBy]) => runBy).filter((file) => !existsSync(join(repository, file)))).toEqual([]);
  });

  it('tells of commands by which each script of the package is run', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    const commandOf = (script: string) => (['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`);
    expect(
      Object.keys(scripts)
        .map(commandOf)
        .filter((command) => runnerOf(command) === undefined),
    ).toEqual([]);
  });

  it('links to pages that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? '');
    expect(links.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  });
});
