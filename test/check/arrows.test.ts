import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { violations } from '../../scripts/arrows';

describe('the arrows between the rooms', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boxoffice-arrows-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (file: string, ...lines: string[]) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), lines.join('\n'));
  };

  it('let a room import what the design allows', () => {
    write(
      'api/pools.ts',
      `import type { Activities } from '../activities';`,
      `export * from '../src/projections/sales';`,
    );
    write('activities/index.ts', `import { append } from '../src/store/append';`);
    write('src/store/append.ts', `import type { PoolEvent } from '../domain/pool';`, `import { Pool } from 'pg';`);
    write('src/domain/pool.ts', `import { z } from 'zod';`, `import { money } from './money';`);
    write(
      'src/runtime/worker.ts',
      `import { pool } from '../domain/pool';`,
      `import * as flows from '../../workflows';`,
    );
    write('test/pool.test.ts', `import '../src/runtime/worker';`, 'console.log(process.env.HOME);');
    expect(violations(root)).toEqual([]);
  });

  it.each([
    ['src/domain/pool.ts', `import { append } from '../store/append';`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `export * from '../store/append';`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `import type { Row } from '../store/append';`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `const store = import('../store/append');`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `const store = require('../store/append');`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `import store = require('../store/append');`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `type Row = import('../store/append').Row;`, 'src/domain may not know src/store'],
    ['src/domain/pool.ts', `import fs from 'node:fs';`, 'of packages, src/domain may import only zod, uuid, dinero.js'],
    ['src/store/append.ts', `import { pool } from '../domain';`, 'src/store may import only types from src/domain'],
    ['api/server.ts', `import { wire } from '../src/runtime/wire';`, 'api may not know src/runtime'],
    ['api/server.ts', `import { reserve } from '../activities';`, 'api may import only types from activities'],
    [
      'workflows/pool.ts',
      `import { type A, reserve } from '../activities';`,
      'workflows may import only types from activities',
    ],
    [
      'workflows/pool.ts',
      `import { Client } from '@temporalio/client';`,
      'of packages, workflows may import only @temporalio/workflow, @temporalio/common',
    ],
    ['src/payments/port.ts', `import x from '../../package.json';`, 'src/payments may not know package.json'],
  ])('catch %s with %s', (file, line, rule) => {
    write(file, '/** Größe */', line);
    const from = /'([^']+)'/.exec(line)?.[1];
    expect(violations(root)).toEqual([`${file}:2 imports ${from}: ${rule}`]);
  });

  it('catch a workflow that comes to load zod through other files', () => {
    write(
      'workflows/purchase.ts',
      `import { limits } from '../src/domain';`,
      `import type { X } from '../src/domain/x';`,
    );
    write('src/domain/index.ts', `export * from './pool';`);
    write('src/domain/pool.ts', `import { money } from './money';`, `import type { X } from './x';`);
    write('src/domain/money.ts', `import { z } from 'zod';`);
    expect(violations(root)).toEqual([
      'workflows/purchase.ts:1 imports ../src/domain: workflows may not reach zod, and does through ' +
        'src/domain/index.ts → src/domain/pool.ts → src/domain/money.ts → zod',
    ]);
  });

  it.each([
    'const level = process.env.LOG_LEVEL;',
    `const level = process['env'];`,
    'const level = globalThis.process.env.LOG_LEVEL;',
    'const { env } = process;',
    `import { env } from 'node:process';`,
  ])('catch a file that reads the environment by %s', (line) => {
    write('src/runtime/config.ts', line);
    write('src/runtime/worker.ts', '', line);
    const rule = 'only src/runtime/config.ts, test, bench, scripts may read the environment';
    expect(violations(root)).toEqual([`src/runtime/worker.ts:2 reads process.env: ${rule}`]);
  });
});
