import { isNode, type Node, nodesIn } from '../syntax';
import { boundNames, declared } from './source-module';

/** The names that a function binds: to a function or class that can be followed, or to something that cannot. */
export type Scope = ReadonlyMap<string, Node | undefined>;

export const isFunction = (node: Node) => Array.isArray(node.params) && isNode(node.body);

const functionExpressions: readonly unknown[] = ['ArrowFunctionExpression', 'FunctionExpression'];

/** A declaration of a function or class: it does something only where it is named. */
export function isCallable(node: Node): boolean {
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') return true;
  return node.type === 'VariableDeclarator' && isNode(node.init) && functionExpressions.includes(node.init.type);
}

/** What a function's parameters and the statements of its body bind, whatever block they stand in. */
export function scopeOf(node: Node): Scope {
  const names = new Map<string, Node | undefined>();
  for (const name of nodesIn(node.params).flatMap(boundNames)) names.set(name, undefined);
  collect(node.body, names);
  return names;
}

function collect(value: unknown, names: Map<string, Node | undefined>): void {
  if (!isNode(value)) return;
  for (const [name, node] of declared(value)) names.set(name, isCallable(node) ? node : undefined);
  if (value.type === 'CatchClause') for (const name of boundNames(value.param)) names.set(name, undefined);
  if (value.type === 'ClassDeclaration' || isFunction(value)) return;
  for (const child of Object.values(value)) collect(child, names);
}
