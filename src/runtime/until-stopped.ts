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

/** Runs an entry file's main function; a failure is one line on stderr and exit code 1. */
export function runEntry(
  filename: string,
  main: (config: ReturnType<typeof configOfThisProcess>) => Promise<void>,
): void {
  if (!isEntry(filename)) return;
  main(configOfThisProcess()).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`boxoffice: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}
