import { type FloodFigures, floodLines, floods } from './flood';
import { machine } from './machine';
import { type PurchaseFigures, purchases } from './purchases';
import { Cleanup, newDatabase, type PostgresServer, startPostgresServer, startTemporal } from './stack';
import { type Report, storeScenarios } from './store';

/**
 * `npm run bench [-- purchases | floods | store | NAME …] [--json] [--seconds N]`: measures, checks what it measured, prints
 * ratios. `store` is every scenario of bench/store.
 */
const usualSeconds = 10;
const storeNames = Object.keys(storeScenarios);
const known = ['purchases', 'floods', 'store', ...storeNames];

interface Figures {
  machine: string;
  seconds: number;
  purchases?: PurchaseFigures[];
  floods?: FloodFigures[];
  store?: Record<string, Report['figures']>;
}

const round = (value: number, digits = 1) => value.toFixed(digits);

function purchaseLines(all: readonly PurchaseFigures[]): string[] {
  return all.flatMap(({ buyers, boxoffice: { confirmed, reserved }, bare, ratio, ratios, goal }) => [
    `${buyers} buyers: ${round(confirmed.perSecond)} purchases/s from request to confirmed; reserved answer p50 ${round(reserved.p50)} ms, p99 ${round(reserved.p99)} ms`,
    `  bare workflow: ${round(bare.confirmed.perSecond)}/s, p50 ${round(bare.reserved.p50)} ms, p99 ${round(bare.reserved.p99)} ms; ratio ${round(ratio, 2)}, by turns ${ratios.map((each) => round(each, 2)).join(', ')} (goal ${goal.ratio})`,
  ]);
}

interface Arguments {
  json: boolean;
  seconds: number;
  wanted: ReadonlySet<string>;
}

function parsed(args: readonly string[]): Arguments {
  const secondsAt = args.indexOf('--seconds');
  const seconds = secondsAt < 0 ? usualSeconds : Number(args[secondsAt + 1]);
  const named = args.filter((each, index) => !each.startsWith('--') && (secondsAt < 0 || index !== secondsAt + 1));
  if (named.some((each) => !known.includes(each)) || !(seconds > 0)) {
    throw new Error(`say: npm run bench -- [${known.join(' | ')}] [--json] [--seconds N]`);
  }
  const all = named.length === 0 ? ['purchases', 'floods', 'store'] : named;
  const wanted = new Set(all.flatMap((each) => (each === 'store' ? storeNames : [each])));
  return { json: args.includes('--json'), seconds, wanted };
}

const say = (line: string) => process.stderr.write(`${line}\n`);

async function measure(
  { seconds, wanted }: Arguments,
  cleanup: Cleanup,
): Promise<{ figures: Figures; lines: string[] }> {
  const figures: Figures = { machine: machine(), seconds };
  const lines = [`machine: ${figures.machine}; ${seconds} s a measurement`];
  say('starting Postgres…');
  const postgres = await startPostgresServer(cleanup);
  for (const name of storeNames.filter((each) => wanted.has(each))) {
    const report = await scenario(name, postgres, seconds, cleanup);
    figures.store = { ...figures.store, [name]: report.figures };
    lines.push(...report.lines);
  }
  if (!wanted.has('purchases') && !wanted.has('floods')) return { figures, lines };
  say('starting Temporal…');
  const temporalAddress = await startTemporal(cleanup, postgres, say);
  const boxoffice = async (name: string) => ({
    servers: { databaseUrl: await newDatabase(postgres, name), temporalAddress },
    cleanup,
    seconds,
    say,
  });
  if (wanted.has('purchases')) {
    figures.purchases = await purchases(await boxoffice('purchases'));
    lines.push(...purchaseLines(figures.purchases));
  }
  if (wanted.has('floods')) {
    figures.floods = await floods(await boxoffice('floods'));
    lines.push(...floodLines(figures.floods));
  }
  return { figures, lines };
}

/** Whatever it started ends with it: the next one has the machine to itself. */
async function scenario(name: string, postgres: PostgresServer, seconds: number, whole: Cleanup): Promise<Report> {
  const run = storeScenarios[name];
  if (!run) throw new Error(`no scenario ${name}`);
  const cleanup = new Cleanup();
  whole.add(() => cleanup.run());
  try {
    const databaseUrl = await newDatabase(postgres, name.replaceAll('-', '_'));
    return await run({ databaseUrl, cleanup, seconds, say });
  } finally {
    await cleanup.run();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const wanted = parsed(args);
  const cleanup = new Cleanup();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanup.run().then(() => process.exit(1)));
  }
  const { figures, lines } = await measure(wanted, cleanup).finally(() => cleanup.run());
  process.stdout.write(wanted.json ? `${JSON.stringify(figures, null, 2)}\n` : `${lines.join('\n')}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
