import { isNode, type Node, nodesIn, visit } from '../syntax';

/** A name of another file. */
export interface Elsewhere {
  readonly from: string;
  /** `*` is the whole file. */
  readonly name: string;
}

/** What one file declares at its top, imports and exports; types are left out. */
export interface SourceModule {
  readonly declarations: ReadonlyMap<string, Node>;
  readonly imports: ReadonlyMap<string, Elsewhere>;
  readonly exports: ReadonlyMap<string, { readonly local: string } | Elsewhere>;
  /** Files of which everything is exported again. */
  readonly exportsAllOf: readonly string[];
}

export function sourceModule(tree: Node): SourceModule {
  const declarations = new Map<string, Node>();
  const imports = new Map<string, Elsewhere>();
  const exports = new Map<string, { local: string } | Elsewhere>();
  const exportsAllOf: string[] = [];
  for (const statement of nodesIn(tree.body)) {
    const from = isNode(statement.source) ? String(statement.source.value) : undefined;
    if (statement.typeOnly === true) continue;
    if (statement.type === 'ImportDeclaration' && from !== undefined) {
      for (const each of nodesIn(statement.specifiers)) {
        if (each.isTypeOnly !== true) imports.set(nameOf(each.local), { from, name: importedName(each) });
      }
    } else if (statement.type === 'ExportAllDeclaration' && from !== undefined) {
      exportsAllOf.push(from);
    } else if (statement.type === 'ExportNamedDeclaration') {
      for (const each of nodesIn(statement.specifiers)) {
        const local = nameOf(each.orig);
        const exported = isNode(each.exported) ? nameOf(each.exported) : local;
        if (each.isTypeOnly !== true) exports.set(exported, from === undefined ? { local } : { from, name: local });
      }
    } else {
      const exported = statement.type === 'ExportDeclaration';
      for (const [name, node] of declared(exported ? statement.declaration : statement)) {
        declarations.set(name, node);
        if (exported) exports.set(name, { local: name });
      }
    }
  }
  return { declarations, imports, exports, exportsAllOf };
}

export const nameOf = (node: unknown): string => (isNode(node) && typeof node.value === 'string' ? node.value : '');

function importedName(specifier: Node): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return nameOf(isNode(specifier.imported) ? specifier.imported : specifier.local);
}

/** The names that a statement declares, each with its function, class or declarator. */
export function declared(statement: unknown): [name: string, node: Node][] {
  if (!isNode(statement)) return [];
  switch (statement.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [[nameOf(statement.identifier), statement]];
    case 'VariableDeclaration':
      return nodesIn(statement.declarations).flatMap((each) =>
        boundNames(each.id).map((name): [string, Node] => [name, each]),
      );
    default:
      return [];
  }
}

/** The names that a pattern binds. */
export function boundNames(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)];
    case 'ObjectPattern':
      return nodesIn(pattern.properties).flatMap(boundNames);
    case 'AssignmentPatternProperty':
      return [nameOf(pattern.key)];
    case 'KeyValuePatternProperty':
      return boundNames(pattern.value);
    case 'ArrayPattern':
      return nodesIn(pattern.elements).flatMap(boundNames);
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'Parameter':
      return boundNames(pattern.pat);
    case 'TsParameterProperty':
      return boundNames(pattern.param);
    default:
      return [];
  }
}

/** The key by which a destructuring pattern takes what it calls `name`. */
export function keyOf(pattern: unknown, name: string): string {
  let key = name;
  visit(pattern, (node) => {
    if (node.type === 'KeyValuePatternProperty' && nameOf(node.value) === name) key = nameOf(node.key);
  });
  return key;
}
