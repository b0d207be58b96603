// npm run docs: writes the pages that are made from the code.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EventModelBroken, facts, generatedFiles } from './event-model';

const root = dirname(__dirname);

try {
  for (const { path, text } of generatedFiles(root, facts)) {
    writeFileSync(join(root, path), text);
    process.stdout.write(`Wrote ${path}\n`);
  }
} catch (error) {
  if (!(error instanceof EventModelBroken)) throw error;
  process.stderr.write(`boxoffice: ${error.message}\n`);
  process.exitCode = 1;
}
