import { extname, join } from 'node:path';

/** How to run another file of this folder as a process of its own: from the sources by tsx, or as it was built. */
export function nodeProgram(name: string): { readonly command: string; readonly args: readonly string[] } {
  const extension = extname(__filename);
  const loader = extension === '.ts' ? ['--require', require.resolve('tsx/cjs')] : [];
  return { command: process.execPath, args: [...loader, join(__dirname, `${name}${extension}`)] };
}
