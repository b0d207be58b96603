import { parseSync } from '@swc/core';

/** A node of the syntax tree, of which each reader knows only the shapes it looks for. */
export type Node = { readonly [key: string]: unknown };

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** The nodes of a list in the tree, none where it is missing. */
export const nodesIn = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** The syntax tree of a TypeScript file; throws an error that names the file. */
export function parse(source: string, file: string): Node {
  try {
    return parseSync(source, {
      syntax: 'typescript',
      tsx: file.endsWith('.tsx'),
      target: 'es2022',
    }) as unknown as Node;
  } catch (error) {
    throw new Error(`${file} cannot be parsed`, { cause: error });
  }
}

/** Shows every node, a parent before its children. */
export function visit(value: unknown, see: (node: Node) => void): void {
  if (!isNode(value)) return;
  see(value);
  for (const child of Object.values(value)) visit(child, see);
}

/** swc counts bytes, the first being 1. */
export function lineAt(bytes: Buffer, node: Node): number {
  const span = node.span;
  const start = isNode(span) && typeof span.start === 'number' ? span.start - 1 : 0;
  let line = 1;
  for (let at = bytes.indexOf('\n'); at !== -1 && at < start; at = bytes.indexOf('\n', at + 1)) line += 1;
  return line;
}
