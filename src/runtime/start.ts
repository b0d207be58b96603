import { configOfThisProcess } from './config';
import { supervise } from './supervisor';

/** Whatever this process makes, and all that it starts make, is for its owner alone. */
const NOTHING_FOR_OTHERS = 0o077;
process.umask(NOTHING_FOR_OTHERS);

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
