import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from '../../src/runtime/processes';
import { eventually } from './eventually';
import { killTree, processTree } from './process-tree';

export const repository = join(__dirname, '..', '..');

/** The banner is there this long after the start, on a machine that is busy with other suites. */
const OPENS_WITHIN_MS = 90_000;
const LAST_LINE_OF_BANNER = 'Ctrl-C stops everything';

export const programNames = ['postgres', 'temporal', 'worker', 'api'] as const;
export type ProgramName = (typeof programNames)[number];

export type Keys = {
  readonly shop: string;
  readonly promoter: string;
  readonly gate: string;
  readonly operator: string;
};

/** A command of the README, such as `npm start`, as somebody typed it in the repository. */
export class NpmCommand {
  private said = '';
  private closed = false;
  private readonly exit: Promise<void>;

  constructor(
    private readonly child: ChildProcess,
    readonly name: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    }
    this.exit = once(child, 'close').then(() => {
      this.closed = true;
    });
  }

  /** What stands on the terminal so far. */
  get output(): string {
    return this.said;
  }

  /** The process id of npm itself. */
  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`${this.name} did not start`);
    return pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** npm and all that it started. */
  processes(): readonly ProcessIdentity[] {
    return processTree(this.pid);
  }

  /** The exit code, or the signal that ended npm. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.exit;
    return this.child.exitCode ?? this.child.signalCode;
  }

  async untilSaid(words: string, within = OPENS_WITHIN_MS): Promise<void> {
    await eventually(() => this.closed || this.said.includes(words), { within }).catch(() => undefined);
    if (!this.said.includes(words)) throw new Error(`${this.name} did not say "${words}" but:\n${this.said}`);
  }
}

/** Settings of the machine that runs the tests are not meant for what the tests start. */
const settings = /^(npm_|PORT$|DATABASE_URL$|TEMPORAL_|BOXOFFICE_|LOG_LEVEL$|WORKER_METRICS_PORT$|NODE_ENV$)/i;

/** Types the command; nothing is waited for. */
export function npm(args: readonly string[], env: Readonly<Record<string, string>>): NpmCommand {
  const kept = Object.entries(process.env).filter(([name]) => !settings.test(name));
  const child = spawn('npm', args, {
    cwd: repository,
    env: { ...Object.fromEntries(kept), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new NpmCommand(child, `npm ${args.join(' ')}`);
}

/** Open for business: `npm start` after its banner. */
export type Boxoffice = {
  readonly command: NpmCommand;
  /** Of the API. */
  readonly url: string;
  readonly temporalUiUrl: string;
  readonly keys: Keys;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** The process that runs this program now; undefined while there is none. */
  program(name: ProgramName): ProcessIdentity | undefined;
  /** The process that supervises the programs. */
  supervisor(): ProcessIdentity;
};

const DATA = 'data';

/** Data folders of a suite, and what was started on them; all is cleared away by `close`. */
export class Premises {
  private readonly folders: string[] = [];
  private readonly commands: NpmCommand[] = [];

  /** A folder that the account of Postgres can reach, and whose path would trip a careless shell. */
  async newDataDir(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "boxoffice's data "));
    await chmod(folder, 0o755);
    this.folders.push(folder);
    return join(folder, DATA);
  }

  start(dataDir: string, env: Readonly<Record<string, string>> = {}): NpmCommand {
    const command = npm(['start'], { BOXOFFICE_DATA_DIR: dataDir, PORT: '0', TEMPORAL_UI_PORT: '0', ...env });
    this.commands.push(command);
    return command;
  }

  /** @param given the data folder as the settings name it, where that is not its path */
  async open(dataDir: string, given = dataDir): Promise<Boxoffice> {
    const command = this.start(given);
    await command.untilSaid(LAST_LINE_OF_BANNER);
    return opened(command, dataDir);
  }

  /** Also after a test that failed in the middle: whatever still runs is killed. */
  async close(): Promise<void> {
    for (const command of this.commands) {
      if (command.isRunning) killTree(command.pid);
      await command.ended();
    }
    for (const folder of this.folders) {
      for (const name of programNames) {
        const left = programOn(join(folder, DATA), name);
        if (left) killTree(left.pid);
      }
      await eventually(() => rm(folder, { recursive: true, force: true }));
    }
  }
}

function opened(command: NpmCommand, dataDir: string): Boxoffice {
  const ports = readJson<Record<string, { chosen: number }>>(join(dataDir, 'ports.json'));
  const password = readFileSync(join(dataDir, 'postgres', 'password'), 'utf8');
  return {
    command,
    url: printed(command, 'API'),
    temporalUiUrl: printed(command, 'Temporal'),
    keys: readJson<Keys>(join(dataDir, 'keys.json')),
    databaseUrl: `postgres://boxoffice:${password}@127.0.0.1:${ports.Postgres?.chosen}/boxoffice`,
    temporalAddress: `127.0.0.1:${ports.Temporal?.chosen}`,
    program: (name) => programOn(dataDir, name),
    supervisor: () => {
      const [, child] = command.processes();
      if (!child) throw new Error('npm has started nothing');
      return child;
    },
  };
}

/** What the banner says beside the name. */
function printed({ output }: NpmCommand, name: string): string {
  const [, value] = new RegExp(`^ {2}${name} +(\\S+)$`, 'm').exec(output) ?? [];
  if (value === undefined) throw new Error(`No ${name} in:\n${output}`);
  return value;
}

function programOn(dataDir: string, name: ProgramName): ProcessIdentity | undefined {
  const file = join(dataDir, 'processes', `${name}.json`);
  if (!existsSync(file)) return undefined;
  const { identity } = readJson<{ identity: ProcessIdentity }>(file);
  return isRunning(identity) ? identity : undefined;
}

const readJson = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T;
