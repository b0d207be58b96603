import { join } from 'node:path';
import { banner, type Opened } from './banner';
import { type Config, environmentWith, type SettingName } from './config';
import { takeDataFolder } from './data-folder';
import { ownDatabase } from './database-url';
import { GuardedProcesses } from './guarded-processes';
import { keysOf, keysSetting } from './keys-file';
import { Ports } from './ports';
import { ensureDatabase, postgresUrl, preparePostgres } from './postgres-server';
import { apiProgram, postgresProgram, temporalProgram, workerProgram } from './programs';
import { runToEnd } from './run-to-end';
import { type Say, step } from './steps';
import { aborted, stopRequest, unlessAborted } from './stop-request';
import { type Program, SupervisedProgram } from './supervised-program';
import { findTemporal } from './temporal-binary';
import { waitForTemporal } from './temporal-server';

const WANTED_POSTGRES_PORT = 54_320;
const WANTED_TEMPORAL_PORT = 7_233;

/** A server from outside is expected to be up already; a namespace just registered takes a moment to be known. */
const FOREIGN_SERVER_LIMIT_MS = 15_000;

/** Everything has ended this long after it was asked to: of the ten seconds allowed, npm needs one or two itself. */
const STOP_LIMIT_MS = 7_500;

type Settings = Partial<Record<SettingName, string>>;

/**
 * Runs Postgres, Temporal, the worker and the API on one data folder, each restarted when it dies, until it is asked
 * to stop; then ends them in the opposite order.
 * @throws Error to be shown to the person who started it, once whatever was started has been ended again
 */
export async function supervise(config: Config, say: Say): Promise<void> {
  const lock = await takeDataFolder(config.dataDir, say);
  const supervisor = new Supervisor(config, say);
  const stop = stopRequest(() => supervisor.kill());
  const working = supervisor.open(stop);
  working.catch(() => undefined);
  let opened: Opened | undefined;
  try {
    opened = await unlessAborted(stop, working);
    lock.tell({ url: opened.apiUrl });
    say(banner(opened));
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    lock.tell({ stopping: true });
    if (stop.aborted) say(`Stopping (${stop.reason.message})…`);
    await supervisor.close();
    lock.release();
  }
  say('Stopped.');
}

class Supervisor {
  private readonly guarded: GuardedProcesses;
  private readonly programs: SupervisedProgram[] = [];
  private ports: Ports | undefined;
  private closing = false;

  constructor(
    private readonly config: Config,
    private readonly say: Say,
  ) {
    this.guarded = new GuardedProcesses(join(config.dataDir, 'processes'));
  }

  async open(stop: AbortSignal): Promise<Opened> {
    const { config, say } = this;
    const leftovers = await step(say, 'Ending what an earlier start left running', () => this.guarded.endLeftovers());
    if (leftovers.length > 0) say(`Ended what an earlier start had left running: ${leftovers.join(', ')}`);
    this.guarded.openGuard();
    const ports = await Ports.rememberedIn(join(config.dataDir, 'ports.json'), say);
    this.ports = ports;
    const keysFile = config.keys === undefined ? await keysOf(config.dataDir) : undefined;
    const port = await ports.choose('The API', config.port);
    const [databaseUrl, temporal] = await Promise.all([
      config.databaseUrl ?? this.openPostgres(ports),
      this.openTemporal(ports, stop),
    ]);
    const settings: Settings = {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporal.temporalAddress,
      TEMPORAL_NAMESPACE: config.temporalNamespace,
      BOXOFFICE_DATA_DIR: config.dataDir,
      TEMPORAL_UI_URL: temporal.temporalUiUrl ?? config.temporalUiUrl,
    };
    await step(say, 'Migrating the database', () => runToEnd('migrate', environmentWith(settings), this.guarded));
    const apiUrl = `http://localhost:${port}`;
    await this.start('Starting the worker', workerProgram(config.dataDir, settings));
    const keys = keysFile ? { BOXOFFICE_KEYS: keysSetting(keysFile.keys) } : {};
    const apiSettings = { ...settings, ...keys, PORT: String(port) };
    await this.start(
      'Starting the API and the worker',
      apiProgram(config.dataDir, apiSettings, `http://127.0.0.1:${port}`),
    );
    return { apiUrl, ...temporal, ...(keysFile ? { keysFile } : {}), logFolder: join(config.dataDir, 'logs') };
  }

  /** Ends the programs, the last started first. */
  async close(): Promise<void> {
    this.closing = true;
    const deadline = performance.now() + STOP_LIMIT_MS;
    for (const program of [...this.programs].reverse()) await program.stop(deadline);
    this.guarded.closeGuard();
    this.ports?.release();
  }

  kill(): void {
    this.closing = true;
    for (const program of this.programs) program.kill();
  }

  private async openPostgres(ports: Ports): Promise<string> {
    const { config, say } = this;
    const port = await ports.choose('Postgres', WANTED_POSTGRES_PORT);
    const folder = ownDatabase.folder(config.dataDir);
    const prepared = await step(say, 'Preparing Postgres', () => preparePostgres({ dataDir: folder, port, say }));
    const url = postgresUrl(prepared, 'postgres');
    await this.start('Starting Postgres', postgresProgram({ dataDir: config.dataDir, folder, port, url }));
    await ensureDatabase(url, ownDatabase.name);
    return postgresUrl(prepared, ownDatabase.name);
  }

  private async openTemporal(
    ports: Ports,
    stop: AbortSignal,
  ): Promise<{ temporalAddress: string; temporalUiUrl?: string }> {
    const { config, say } = this;
    const { temporalNamespace: namespace, temporalAddress: foreign } = config;
    if (foreign !== undefined) {
      await step(say, `Preparing Temporal at ${foreign}`, async () => {
        const settings: Settings = { TEMPORAL_ADDRESS: foreign, TEMPORAL_NAMESPACE: namespace };
        await runToEnd('prepare-temporal', environmentWith(settings), this.guarded);
        await waitForTemporal(foreign, FOREIGN_SERVER_LIMIT_MS, { namespace, signal: stop });
      });
      return { temporalAddress: foreign };
    }
    const binary = await findTemporal(say, {
      signal: stop,
      started: (child) => this.guarded.add('temporal-build', child, 'SIGTERM'),
    });
    this.guarded.remove('temporal-build');
    const port = await ports.choose('Temporal', WANTED_TEMPORAL_PORT);
    const uiPort = await ports.choose("Temporal's web UI", config.temporalUiPort);
    const program = temporalProgram({ dataDir: config.dataDir, binary, port, uiPort, namespace });
    await this.start('Starting Temporal', program);
    return { temporalAddress: `127.0.0.1:${port}`, temporalUiUrl: `http://localhost:${uiPort}` };
  }

  private async start(label: string, program: Program): Promise<void> {
    if (this.closing) throw new Error('Stopping');
    const supervised = new SupervisedProgram(program, this.guarded, this.say);
    this.programs.push(supervised);
    await step(this.say, label, () => supervised.start());
  }
}
