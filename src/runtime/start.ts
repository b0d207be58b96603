import { configOfThisProcess } from './config';
import { supervise } from './supervisor';

const say = (line: string) => process.stdout.write(`${line}\n`);

// The terminal may be gone before we are.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

supervise(configOfThisProcess(), say).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`boxoffice: ${error.message}\n`);
    process.exit(1);
  },
);
