import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, generatedFiles, staleFiles } from '../../scripts/event-model';
import { repository } from '../support/npm-start';
import { flowchartsIn, readFlowchart } from './mermaid';

/** All that `npm run docs` and `npm run check` need of the repository. */
const copied = ['activities', 'api', 'docs', 'package-lock.json', 'package.json', 'scripts', 'src', 'workflows'];

describe('docs/event-model.md', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boxoffice-docs-'));
    for (const name of copied) cpSync(join(repository, name), join(root, name), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const page = (tree: string) => generatedFiles(tree, facts).find(({ path }) => path === 'docs/event-model.md')?.text;
  const run = (script: string) =>
    new Promise<{ failed: boolean; output: string }>((resolve) => {
      execFile(process.execPath, ['scripts/run.mjs', script], { cwd: root }, (error, stdout, stderr) =>
        resolve({ failed: error !== null, output: stdout + stderr }),
      );
    });

  it('is what the code says', () => {
    expect(staleFiles(repository, facts)).toEqual([]);
  });

  it('has diagrams that Mermaid can draw', () => {
    const charts = flowchartsIn(readFileSync(join(repository, 'docs/event-model.md'), 'utf8')).map(readFlowchart);
    const drawn = new Set(charts.flatMap(({ nodes }) => nodes));
    const types = facts.streams.flatMap(({ codec }) => codec.types);
    expect(types.filter((type) => !drawn.has(`event_${type}`))).toEqual([]);
    expect(facts.projections.filter(({ name }) => !drawn.has(`projection_${name.replaceAll(/\W/g, '_')}`))).toEqual([]);
  });

  it('changes when a command comes to append another event', () => {
    const before = page(root);
    expect(before).not.toMatch(/`recordRefund` \|.*`PaymentFailed`/);
    const file = join(root, 'src/domain/paying.ts');
    const source = readFileSync(file, 'utf8');
    const changed = source.replace('export function refundPayment(', 'export function refundedBefore(');
    expect(changed).not.toBe(source);
    writeFileSync(file, changed);
    appendFileSync(
      file,
      `export const refundPayment = (...given: Parameters<typeof refundedBefore>): PurchaseEvent[] => [
         ...refundedBefore(...given), { type: 'PaymentFailed', data: { reason: 'made up' } },
       ];`,
    );
    expect(page(root)).toMatch(/`recordRefund` \|.*`PaymentFailed`/);
    expect(staleFiles(root, facts)).toEqual(['docs/event-model.md', 'api/event-model.json']);
  });

  it('changes when a projection comes to read another event', () => {
    const [first, ...others] = facts.projections;
    const projections = [{ name: 'made up', events: ['TicketBought'] }, ...(first ? [first] : []), ...others];
    expect(staleFiles(root, { ...facts, projections })).toContain('docs/event-model.md');
  });

  it('fails npm run check when it is out of date, until npm run docs has written it', async () => {
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    appendFileSync(join(root, 'docs/event-model.md'), 'a line by hand\n');
    rmSync(join(root, 'api/event-model.json'));
    const stale = await run('scripts/check.ts');
    expect(stale.output).toContain('docs/event-model.md is out of date: npm run docs writes it');
    expect(stale.output).toContain('FAILED docs/event-model.md is up to date');
    expect(stale.failed).toBe(true);
    expect(await run('scripts/docs.ts')).toEqual({
      failed: false,
      output: 'Wrote docs/event-model.md\nWrote api/event-model.json\n',
    });
    expect((await run('scripts/check.ts')).output).toContain('ok     docs/event-model.md is up to date');
  });
});
