import { isNode, lineAt, type Node, parse, visit } from './syntax';

export type Dependency = {
  /** A type is gone once compiled; the environment is `process.env`. */
  readonly kind: 'code' | 'type' | 'environment';
  /** What is imported, as written. */
  readonly from: string;
  readonly line: number;
};

/** Everything that a TypeScript file imports, in whatever way, and each place where it reads the environment. */
export function dependenciesOf(source: string, file: string): Dependency[] {
  const bytes = Buffer.from(source);
  const found: Dependency[] = [];
  visit(parse(source, file), (node) => {
    const dependency = dependencyIn(node);
    if (dependency) found.push({ ...dependency, line: lineAt(bytes, node) });
  });
  return found;
}

function dependencyIn(node: Node): Omit<Dependency, 'line'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return readsEnvironmentByName(node) ? environment : imported(node, onlyTypes(node) ? 'type' : 'code');
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return imported(node, onlyTypes(node) ? 'type' : 'code');
    case 'TsImportType':
      return from(node.argument, 'type');
    case 'TsExternalModuleReference':
      return from(node.expression, 'code');
    case 'CallExpression':
      return loads(node.callee) ? from(firstArgument(node), 'code') : undefined;
    case 'MemberExpression':
      return isProcess(node.object) && names(node.property, 'env') ? environment : undefined;
    case 'VariableDeclarator':
      return isProcess(node.init) && takesEnvironment(node.id) ? environment : undefined;
    default:
      return undefined;
  }
}

const environment = { kind: 'environment', from: 'process.env' } as const;

function imported(node: Node, kind: 'code' | 'type'): Omit<Dependency, 'line'> | undefined {
  return from(node.source, kind);
}

function from(literal: unknown, kind: 'code' | 'type'): Omit<Dependency, 'line'> | undefined {
  if (!isNode(literal) || typeof literal.value !== 'string') return undefined;
  return { kind, from: literal.value };
}

/** `import type …`, or every name in the braces marked as a type. */
function onlyTypes(node: Node): boolean {
  const specifiers = node.specifiers;
  const marked = Array.isArray(specifiers) && specifiers.length > 0 && specifiers.every((each) => each.isTypeOnly);
  return node.typeOnly === true || marked;
}

const loads = (callee: unknown) =>
  isNode(callee) && (callee.type === 'Import' || (callee.type === 'Identifier' && callee.value === 'require'));

function firstArgument(call: Node): unknown {
  const [first] = Array.isArray(call.arguments) ? call.arguments : [];
  return isNode(first) ? first.expression : undefined;
}

/** `process`, or `globalThis.process` and its like. */
function isProcess(node: unknown): boolean {
  return (
    isNode(node) && (names(node, 'process') || (node.type === 'MemberExpression' && names(node.property, 'process')))
  );
}

/** `name`, `['name']` */
function names(node: unknown, name: string): boolean {
  if (!isNode(node)) return false;
  return node.type === 'Computed' ? names(node.expression, name) : node.value === name;
}

/** `import { env } from 'node:process'` */
function readsEnvironmentByName(node: Node): boolean {
  if (!['process', 'node:process'].includes(from(node.source, 'code')?.from ?? '')) return false;
  const specifiers = node.specifiers;
  return Array.isArray(specifiers) && specifiers.some((each) => names(each.imported ?? each.local, 'env'));
}

/** `const { env } = process` */
function takesEnvironment(pattern: unknown): boolean {
  if (!isNode(pattern) || !Array.isArray(pattern.properties)) return false;
  return pattern.properties.some((each) => names(each.key, 'env'));
}
