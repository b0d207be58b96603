import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deriveEventModel, type Facts } from '../../scripts/event-model/derive';
import { eventModelPage } from '../../scripts/event-model/page';
import { flowchartsIn, readFlowchart } from './mermaid';

const facts: Facts = {
  streams: [{ category: 'box', codec: { types: ['Opened', 'Filled', 'Shut'], versionOf: () => 1 } }],
  projections: [
    { name: 'all-boxes', events: ['Opened', 'Filled', 'Shut'] },
    { name: 'shut "boxes"', events: ['Shut'] },
  ],
};

describe('the event model', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boxoffice-model-'));
    write('workflows/index.ts', `export { pack as box } from './pack';`);
    write(
      'workflows/activities.ts',
      `import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';`,
      `import type { Activities } from '../activities';`,
      'export const { open, change: alter } = proxyLocalActivities<Activities>({});',
      'export const { send } = proxyActivities<Activities>({});',
    );
    write(
      'workflows/pack.ts',
      `import { alter, open, send } from './activities';`,
      'class Packing { async run() { await open(); await alter({}); } }',
      'export async function pack() { await new Packing().run(); await send(); }',
    );
    write(
      'activities/index.ts',
      `import { boxActivities } from './box';`,
      'export function createActivities(parts: object) { return { ...boxActivities(parts), send: () => undefined }; }',
    );
    write(
      'activities/box.ts',
      `import { open as openBox } from '../src/domain';`,
      `import * as domain from '../src/domain/change';`,
      'export function boxActivities(parts: object) {',
      '  const append = <E>(decide: () => E) => decide();',
      '  function changed(kind: string) { return append(() => domain.change({ kind })); }',
      '  return { open() { return append(() => openBox()); }, async change(command: Command) { return changed(""); } };',
      '}',
    );
    write('src/domain/index.ts', `export * from './change';`, `export * from './open';`);
    write('src/domain/open.ts', `export const open = () => [{ type: 'Opened', data: {} }];`);
    write(
      'src/domain/change.ts',
      'export function change(command: { kind: string }) {',
      `  const shut = (data: object) => ({ type: 'Shut', data } satisfies object);`,
      '  switch (command.kind) {',
      `    case 'fill':`,
      `    case 'stuff': return [{ type: 'Filled', data: {} } as const];`,
      `    case 'shut': return [shut({})];`,
      '  }',
      '}',
      `function nobodyCalls() { return { type: 'Lost', data: {} }; }`,
    );
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, ...lines: string[]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), lines.join('\n'));
  }

  it('follows a workflow to its commands, and each command to what its deciders append in which case', () => {
    expect(deriveEventModel(root, facts).commands).toEqual([
      { name: 'open', local: true, workflows: ['box'], appends: [{ event: 'Opened', when: '' }] },
      {
        name: 'change',
        local: true,
        workflows: ['box'],
        appends: [
          { event: 'Filled', when: 'fill or stuff' },
          { event: 'Shut', when: 'shut' },
        ],
      },
      { name: 'send', local: false, workflows: ['box'], appends: [] },
    ]);
  });

  it('is not misled by a parameter, a property or a type that is called like a decider', () => {
    write(
      'activities/box.ts',
      `import { change, open, type Shut } from '../src/domain';`,
      'export function boxActivities(parts: object) {',
      '  return {',
      '    open(change: () => Shut) { return [open(), change(), parts.change, { change: 1 }] },',
      '    change: () => change({ kind: "" }),',
      '  };',
      '}',
    );
    const [opens, changes] = deriveEventModel(root, facts).commands;
    expect(opens?.appends.map(({ event }) => event)).toEqual(['Opened']);
    expect(changes?.appends.map(({ event }) => event)).toEqual(['Filled', 'Shut']);
  });

  it('refuses an event that no command makes', () => {
    write('src/domain/open.ts', 'export const open = () => [];');
    expect(() => deriveEventModel(root, facts)).toThrow(/no command makes Opened/);
  });

  it('refuses an event that no stream holds', () => {
    write('src/domain/open.ts', `export const open = () => [{ type: 'Opened', data: {} }, { type: 'Odd', data: {} }];`);
    expect(() => deriveEventModel(root, facts)).toThrow(/src\/domain\/open.ts makes Odd, which no stream holds/);
  });

  it('refuses a command that no workflow sends', () => {
    write('workflows/pack.ts', `import { open, send } from './activities';`, 'export const pack = () => open(send());');
    expect(() => deriveEventModel(root, facts)).toThrow(/no workflow sends change/);
  });

  it('refuses a command that is sent and not there, also one hidden behind an object of activities', () => {
    write(
      'workflows/pack.ts',
      `import { proxyActivities } from '@temporalio/workflow';`,
      'const all = proxyActivities({});',
      'export const pack = () => all.open();',
    );
    expect(() => deriveEventModel(root, facts)).toThrow(/box calls all, which no factory makes\n.*sends open/s);
  });

  it('follows what the API does itself, and shows it beside the workflows', () => {
    write(
      'activities/index.ts',
      `import { boxActivities } from './box';`,
      'export function createActivities(parts: object) { return { ...boxActivities(parts), send: () => undefined }; }',
      `export { createCartCommands } from './cart';`,
    );
    write(
      'activities/cart.ts',
      `import { take } from '../src/domain/take';`,
      'export function createCartCommands(parts: object) { return { take() { return take(); } }; }',
    );
    write('src/domain/take.ts', `export const take = () => ({ type: 'Taken', data: {} });`);
    expect(() => deriveEventModel(root, facts)).toThrow(/src\/domain\/take.ts makes Taken, which no stream holds/);
    const cart = { category: 'cart', codec: { types: ['Taken'], versionOf: () => 1 } };
    const model = deriveEventModel(root, { ...facts, streams: [...facts.streams, cart] });
    const appends = [{ event: 'Taken', when: '' }];
    expect(model.commands.at(-1)).toEqual({ name: 'take', local: true, workflows: [], api: true, appends });
    const page = eventModelPage(model);
    expect(page).toContain('## The API itself\n');
    expect(flowchartsIn(page).map(readFlowchart)[1]?.arrows).toEqual([
      ['workflow_api', 'command_take'],
      ['command_take', 'event_Taken'],
    ]);
  });

  it('refuses a projection that reads what no stream holds', () => {
    const projections = [{ name: 'odd', events: ['Odd'] }];
    expect(() => deriveEventModel(root, { ...facts, projections })).toThrow(/odd reads Odd, which no stream holds/);
  });

  it('refuses activities that cannot be seen, and a file that is not there', () => {
    write('activities/index.ts', 'export function createActivities(parts: object) { return make(parts); }');
    expect(() => deriveEventModel(root, facts)).toThrow(/createActivities of activities\/index.ts does not return/);
    write('activities/index.ts', `export { createActivities } from './elsewhere';`);
    expect(() => deriveEventModel(root, facts)).toThrow(/activities\/elsewhere is imported and is not there/);
  });

  it('is written as tables and flowcharts, the same each time', () => {
    const page = eventModelPage(deriveEventModel(root, facts));
    expect(eventModelPage(deriveEventModel(root, facts))).toBe(page);
    expect(page).toContain('| `change` | fill or stuff | `Filled` | `box-…` | `all-boxes` |\n');
    expect(page.endsWith('|\n')).toBe(true);
    const [ofWorkflow, ofStream] = flowchartsIn(page).map(readFlowchart);
    expect(ofWorkflow?.arrows).toEqual([
      ['workflow_box', 'command_open'],
      ['command_open', 'event_Opened'],
      ['workflow_box', 'command_change'],
      ['command_change', 'event_Filled'],
      ['command_change', 'event_Shut'],
      ['workflow_box', 'command_send'],
    ]);
    expect(ofStream?.arrows).toEqual([
      ['group_box', 'projection_all_boxes'],
      ['event_Shut', 'projection_shut__boxes_'],
    ]);
  });
});
