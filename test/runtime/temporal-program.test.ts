import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../src/domain';
import { GuardedProcesses } from '../../src/runtime/guarded-processes';
import { anyFreePort } from '../../src/runtime/ports';
import { temporalProgram } from '../../src/runtime/programs';
import { type Program, SupervisedProgram } from '../../src/runtime/supervised-program';
import { findTemporal } from '../../src/runtime/temporal-binary';
import { waitForTemporal } from '../../src/runtime/temporal-server';
import { describeWith } from '../support/describe-with';

const TIME_LIMIT_MS = 60_000;
const STOPS_WITHIN_MS = 10_000;
const namespace = 'default';

describeWith('temporal', 'the Temporal of npm start', () => {
  let dataDir = '';
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'boxoffice-temporal-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  /** The search attributes that it knows once it is ready. */
  async function attributesOf(change: (program: Program, address: string) => Program): Promise<string[]> {
    const [port, uiPort] = [await anyFreePort(), await anyFreePort()];
    const binary = await findTemporal(() => undefined);
    const address = `127.0.0.1:${port}`;
    const program = change(temporalProgram({ dataDir, binary, port, uiPort, namespace }), address);
    const guarded = new GuardedProcesses(join(dataDir, 'processes'));
    const supervised = new SupervisedProgram(program, guarded, () => undefined);
    try {
      await supervised.start();
      const connection = await Connection.connect({ address });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      await connection.close();
      return Object.keys(customAttributes);
    } finally {
      await supervised.stop(performance.now() + STOPS_WITHIN_MS);
    }
  }

  /** As a version starts it that has no shows yet. */
  const withoutShows = (program: Program, address: string): Program => ({
    ...program,
    async launch() {
      const { args, ...launch } = await program.launch();
      const ofShows = args.findIndex((arg) => arg.startsWith(`${searchAttributes.show}=`));
      return { ...launch, args: args.toSpliced(ofShows - 1, 2) };
    },
    ready: (ended) => waitForTemporal(address, TIME_LIMIT_MS, { signal: ended }),
  });

  it('learns the search attributes that the database of an earlier version lacks', async () => {
    expect(await attributesOf(withoutShows)).not.toContain(searchAttributes.show);
    expect(await attributesOf((program) => program)).toEqual(expect.arrayContaining(Object.values(searchAttributes)));
  });
});
