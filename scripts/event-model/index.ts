/** The event model, read out of the code and written into pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveEventModel, type Facts } from './derive';
import { eventModelPage } from './page';

export { EventModelBroken, type Facts } from './derive';
export { facts } from './facts';

export interface GeneratedFile {
  /** From the root. */
  readonly path: string;
  readonly text: string;
}

/** What `npm run docs` writes: the page for people, and the model for the API. The same code gives the same bytes. */
export function generatedFiles(root: string, facts: Facts): GeneratedFile[] {
  const model = deriveEventModel(root, facts);
  return [
    { path: 'docs/event-model.md', text: eventModelPage(model) },
    { path: 'api/event-model.json', text: `${JSON.stringify(model, null, 2)}\n` },
  ];
}

/** Those of the files that are not as they would be written now. */
export function staleFiles(root: string, facts: Facts): string[] {
  return generatedFiles(root, facts)
    .filter(({ path, text }) => contentOf(join(root, path)) !== text)
    .map(({ path }) => path);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
