import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { shopName } from '../domain/customer';

/**
 * The settings of a process, read once at its start. No other file reads the environment.
 * A setting that is present but empty counts as not set.
 */
export type Config = {
  /** Port of the HTTP API; 0 takes any free one. */
  readonly port: number;
  /** Postgres from outside. Without it `npm start` runs its own. */
  readonly databaseUrl?: string;
  /** Temporal's front end from outside, `host:port`. Without it `npm start` runs its own. */
  readonly temporalAddress?: string;
  readonly temporalNamespace: string;
  /** Port of Temporal's web UI, where `npm start` runs Temporal; 0 takes any free one. */
  readonly temporalUiPort: number;
  /** Where operators reach Temporal's web UI: links lead there. */
  readonly temporalUiUrl: string;
  /** Absolute path of the folder that holds databases, keys and logs. */
  readonly dataDir: string;
  /** The comma list `role:subject:key`, well formed but not taken apart. */
  readonly keys?: string;
  readonly logLevel: LogLevel;
  /** Port of the worker's Prometheus metrics; 0 opens none. */
  readonly workerMetricsPort: number;
};

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The names under which settings arrive in the environment. */
export type SettingName = keyof typeof settings;

type Environment = Readonly<Record<string, string | undefined>>;

/** One line for the person who starts the process: the settings that are malformed, and what is wanted instead. */
export class ConfigError extends Error {
  constructor(readonly refusals: readonly string[]) {
    super(refusals.join('; '));
    this.name = 'ConfigError';
  }
}

const port = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((value) => value <= 65_535)
    .default(fallback);

const isPostgresUrl = (value: string): boolean =>
  URL.canParse(value) && ['postgres:', 'postgresql:'].includes(new URL(value).protocol);

function hasNoKeyTwice(list: string): boolean {
  const keys = list.split(',').map((entry) => entry.trim().split(':')[2]);
  return new Set(keys).size === keys.length;
}

/** The subject of a shop is kept with whatever it makes. */
function namesSubjects(list: string): boolean {
  return list.split(',').every((entry) => shopName.safeParse(entry.trim().split(':')[1]).success);
}

/** Each setting with what is wanted of it, in the words shown to the person who got it wrong. */
const settings = {
  PORT: { schema: port(3000), wanted: 'a port number, 0 to 65535' },
  DATABASE_URL: {
    schema: z.string().refine(isPostgresUrl).optional(),
    wanted: 'a URL like postgres://user:password@host:5432/database',
  },
  TEMPORAL_ADDRESS: {
    schema: z
      .string()
      .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/)
      .refine((value) => Number(value.slice(value.lastIndexOf(':') + 1)) <= 65_535)
      .optional(),
    wanted: 'host:port, without a scheme',
  },
  TEMPORAL_NAMESPACE: {
    schema: z
      .string()
      .regex(/^[\w.-]{1,255}$/)
      .default('default'),
    wanted: 'the name of a namespace: letters, digits, dot, dash and underscore',
  },
  TEMPORAL_UI_PORT: { schema: port(8233), wanted: 'a port number, 0 to 65535' },
  TEMPORAL_UI_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    wanted: 'a URL like http://localhost:8233',
  },
  BOXOFFICE_DATA_DIR: {
    schema: z
      .string()
      .refine((value) => !value.includes('\0'))
      .default('.data')
      .transform((path) => resolve(path)),
    wanted: 'the path of a folder',
  },
  BOXOFFICE_KEYS: {
    schema: z
      .string()
      .regex(
        /^\s*(shop|promoter|gate|operator):[^\s:,]+:[^\s:,]+(\s*,\s*(shop|promoter|gate|operator):[^\s:,]+:[^\s:,]+)*\s*$/,
      )
      .refine(hasNoKeyTwice)
      .refine(namesSubjects)
      .optional(),
    wanted:
      'a comma list of role:subject:key with the roles shop, promoter, gate and operator, subjects of at most 200 characters, and no key twice',
  },
  LOG_LEVEL: { schema: z.enum(logLevels).default('info'), wanted: `one of ${logLevels.join(', ')}` },
  WORKER_METRICS_PORT: { schema: port(0), wanted: 'a port number, 0 to 65535 (0 for none)' },
} as const;

/** Values of these are never shown, not even to say what is wrong with them. */
const secret: ReadonlySet<SettingName> = new Set<SettingName>(['DATABASE_URL', 'BOXOFFICE_KEYS']);

/** @throws ConfigError naming every malformed setting in one line, never with the value of a secret one. */
export function readConfig(env: Environment): Config {
  const refusals: string[] = [];
  const read = <Name extends SettingName>(name: Name): z.output<(typeof settings)[Name]['schema']> => {
    const given = env[name] === '' ? undefined : env[name];
    const parsed = settings[name].schema.safeParse(given);
    if (!parsed.success) {
      const shown = secret.has(name) ? '' : `, not ${JSON.stringify(given)}`;
      refusals.push(`${name} must be ${settings[name].wanted}${shown}`);
    }
    return parsed.data as z.output<(typeof settings)[Name]['schema']>;
  };
  const databaseUrl = read('DATABASE_URL');
  const temporalAddress = read('TEMPORAL_ADDRESS');
  const keys = read('BOXOFFICE_KEYS');
  const temporalUiPort = read('TEMPORAL_UI_PORT');
  const config: Config = {
    port: read('PORT'),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(temporalAddress === undefined ? {} : { temporalAddress }),
    temporalNamespace: read('TEMPORAL_NAMESPACE'),
    temporalUiPort,
    temporalUiUrl: read('TEMPORAL_UI_URL') ?? `http://localhost:${temporalUiPort}`,
    dataDir: read('BOXOFFICE_DATA_DIR'),
    ...(keys === undefined ? {} : { keys }),
    logLevel: read('LOG_LEVEL'),
    workerMetricsPort: read('WORKER_METRICS_PORT'),
  };
  if (refusals.length > 0) throw new ConfigError(refusals);
  return config;
}

/** The exit code of a process whose settings are malformed. */
const MALFORMED_SETTINGS_EXIT = 2;

/** For entry files: the settings of this process; malformed ones stop it with one line on stderr. */
export function configOfThisProcess(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`boxoffice: ${error.message}\n`);
    process.exit(MALFORMED_SETTINGS_EXIT);
  }
}

/** The environment for a child process: this one's own with some settings replaced. */
export function environmentWith(replaced: Partial<Record<SettingName, string>>): Record<string, string | undefined> {
  return { ...process.env, ...replaced };
}

/** The folder of this user for files that can be had again, such as downloaded programs. */
export function cacheFolder(env: Environment = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'boxoffice');
}

/** Whether npm runs this process as one of its scripts and so stands between it and the terminal. */
export function isStartedByNpm(env: Environment = process.env): boolean {
  return Boolean(env.npm_lifecycle_event);
}
