import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText, repository } from './compose-file';

const dockerfile = readText('Dockerfile').replace(/\\\n\s*/g, '');
const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));
const argumentsOf = (instruction: string): string[] =>
  instructions.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));
const copiedFromHere = argumentsOf('COPY')
  .filter((copy) => !copy.startsWith('--from='))
  .flatMap((copy) => copy.split(' ').slice(0, -1));

describe('the image', () => {
  it('starts from one exact Node 20 on glibc, in every stage', () => {
    expect(argumentsOf('ARG')).toEqual([expect.stringMatching(/^NODE_IMAGE=node:20\.\d+\.\d+-bookworm-slim$/)]);
    for (const stage of argumentsOf('FROM')) expect(stage).toMatch(/^\$\{NODE_IMAGE\} AS \w+$/);
  });

  it('runs as an ordinary user, as the first process, so that signals reach it', () => {
    expect(argumentsOf('USER')).toEqual(['node']);
    expect(argumentsOf('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(argumentsOf('CMD').map((command) => JSON.parse(command))).toEqual([['node', 'dist/src/runtime/api.js']]);
  });

  it('brings no packages that only development needs', () => {
    const runtime = dockerfile.slice(dockerfile.indexOf(' AS runtime'));
    expect(runtime).toContain('COPY --from=modules /app/node_modules node_modules');
    expect(dockerfile).toMatch(/AS modules\n[\s\S]*npm ci --omit=dev --omit=optional --ignore-scripts/);
  });

  it.each([...new Set(copiedFromHere)])('is built from %s, which is there and let through to the build', (source) => {
    expect(existsSync(join(repository, source))).toBe(true);
    expect(readText('.dockerignore').split('\n')).toContain(`!${source}`);
  });
});
