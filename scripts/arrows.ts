import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix, relative, sep } from 'node:path';
import { type Dependency, dependenciesOf } from './dependencies';

type Room = {
  /** The rooms whose code may be imported. */
  readonly code: readonly string[];
  /** The rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** The only packages that may be imported; any where it is missing. */
  readonly packages?: readonly string[];
  /** Packages that may not be reached through any chain of our own files either. */
  readonly neverReaches?: readonly string[];
};

/** The arrows of the design: what each room may know. A room always knows itself. */
export const rooms: Readonly<Record<string, Room>> = {
  api: { code: ['src/domain', 'src/store', 'src/projections'], types: ['activities', 'workflows', 'src/payments'] },
  workflows: {
    code: ['src/domain'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    neverReaches: ['zod'],
  },
  activities: { code: ['src/domain', 'src/store', 'src/projections', 'src/payments'] },
  'src/domain': { code: [], packages: ['zod', 'uuid', 'dinero.js'] },
  'src/store': { code: [], types: ['src/domain'] },
  'src/projections': { code: ['src/domain', 'src/store'] },
  'src/payments': { code: ['src/domain'] },
  'src/audit': { code: ['src/domain', 'src/store', 'src/projections'] },
  examples: { code: [], packages: [] },
};

/** These put the rooms together, and may know everything. */
const composers = ['src/runtime', 'test', 'bench', 'scripts'];

/** Where the environment may be read. */
const readsEnvironment = ['src/runtime/config.ts', 'test', 'bench', 'scripts'];

/** The violations in the tree under `root`, one line each: `file:line imports X: rule`. */
export function violations(root: string): string[] {
  const tree = readTree(root);
  return [...tree].flatMap(([file, dependencies]) =>
    dependencies.flatMap((dependency) => {
      const rule = brokenRule(tree, file, dependency);
      if (rule === undefined) return [];
      const what = dependency.kind === 'environment' ? 'reads process.env' : `imports ${dependency.from}`;
      return [`${file}:${dependency.line} ${what}: ${rule}`];
    }),
  );
}

/** Every source file by its path from the root, with what it depends on. */
type Tree = ReadonlyMap<string, readonly Dependency[]>;

function readTree(root: string): Tree {
  const files = [...Object.keys(rooms), ...composers].flatMap((room) => sourceFiles(join(root, room)));
  return new Map(
    files.map((path) => {
      const name = relative(root, path).replaceAll(sep, '/');
      return [name, dependenciesOf(readFileSync(path, 'utf8'), name)] as const;
    }),
  );
}

function sourceFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

const isIn = (folder: string, file: string) => file === folder || file.startsWith(`${folder}/`);

function brokenRule(tree: Tree, file: string, dependency: Dependency): string | undefined {
  if (dependency.kind === 'environment') {
    if (readsEnvironment.some((place) => isIn(place, file))) return undefined;
    return `only ${readsEnvironment.join(', ')} may read the environment`;
  }
  if (composers.some((composer) => isIn(composer, file))) return undefined;
  const [name, room] = Object.entries(rooms).find(([folder]) => isIn(folder, file)) ?? [];
  if (name === undefined || room === undefined) return `${file} is in no room`;
  return isOurs(dependency.from)
    ? brokenArrow(tree, name, room, file, dependency)
    : brokenPackages(name, room, dependency);
}

function brokenPackages(name: string, { packages }: Room, { from, kind }: Dependency): string | undefined {
  if (packages === undefined || kind === 'type' || packages.includes(packageOf(from))) return undefined;
  return `of packages, ${name} may import only ${packages.join(', ')}`;
}

function brokenArrow(tree: Tree, name: string, room: Room, file: string, dependency: Dependency): string | undefined {
  const target = posix.join(posix.dirname(file), dependency.from);
  const isType = dependency.kind === 'type';
  if (!isIn(name, target) && !room.code.some((folder) => isIn(folder, target))) {
    const onlyTypes = room.types?.some((folder) => isIn(folder, target)) ?? false;
    if (!onlyTypes) return `${name} may not know ${roomOf(target)}`;
    if (!isType) return `${name} may import only types from ${roomOf(target)}`;
  }
  if (isType || room.neverReaches === undefined) return undefined;
  const chain = chainTo(room.neverReaches, tree, target);
  return chain && `${name} may not reach ${chain.at(-1)}, and does through ${chain.join(' → ')}`;
}

/** The shortest way by which a file comes to load one of the packages, ending in the package. */
function chainTo(packages: readonly string[], tree: Tree, target: string): string[] | undefined {
  const queue: string[][] = [[target]];
  const seen = new Set<string>();
  for (const chain of queue) {
    const file = fileOf(tree, chain.at(-1) ?? '');
    if (file === undefined || seen.has(file)) continue;
    seen.add(file);
    const known = [...chain.slice(0, -1), file];
    for (const { from, kind } of tree.get(file) ?? []) {
      if (kind !== 'code') continue;
      if (isOurs(from)) queue.push([...known, posix.join(posix.dirname(file), from)]);
      else if (packages.includes(packageOf(from))) return [...known, packageOf(from)];
    }
  }
  return undefined;
}

const fileOf = (tree: Tree, target: string) =>
  [target, `${target}.ts`, `${target}/index.ts`].find((candidate) => tree.has(candidate));

const isOurs = (from: string) => from.startsWith('.');

function packageOf(from: string): string {
  if (builtinModules.includes(from)) return `node:${from}`;
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

const roomOf = (target: string) =>
  [...Object.keys(rooms), ...composers].find((folder) => isIn(folder, target)) ?? target;
