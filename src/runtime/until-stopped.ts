import { configOfThisProcess } from './config';

/** Resolves at the first SIGTERM or SIGINT. */
export function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

/** Whether this file was started as a program, and not imported. */
export const isEntry = (filename: string) => process.argv[1] === filename;

type Main = (config: ReturnType<typeof configOfThisProcess>) => Promise<void> | Promise<number>;

/** Runs an entry file's main function, which may give an exit code; a failure is one line on stderr and exit code 1. */
export function runEntry(filename: string, main: Main): void {
  if (!isEntry(filename)) return;
  run(main).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`boxoffice: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}

async function run(main: Main): Promise<number> {
  return (await main(configOfThisProcess())) ?? 0;
}
