import { isNode, type Node, nodesIn } from '../syntax';
import type { Declaration, Program } from './program';
import { isCallable, isFunction, type Scope, scopeOf } from './scope';
import { nameOf } from './source-module';

/** A piece of code, with the names that the functions around it bind, the outermost first. */
export interface Place {
  readonly file: string;
  readonly node: Node;
  readonly scopes: readonly Scope[];
}

/** An object `{ type: '…', data: … }`. */
export interface EventLiteral {
  readonly type: string;
  readonly file: string;
  /** The cases of the switches that lead to it, outermost first. */
  readonly when: readonly string[];
}

export interface Reached {
  readonly literals: readonly EventLiteral[];
  /** Everything declared at the top of a file. */
  readonly declarations: readonly Declaration[];
}

/** All that the code of a place may come to, as far as names lead: whatever is named counts as used. */
export function reach(program: Program, start: Place): Reached {
  const walk = new Walk(program);
  walk.enter(start, []);
  return { literals: walk.literals, declarations: [...walk.declarations.values()] };
}

interface Context {
  readonly file: string;
  readonly scopes: readonly Scope[];
  readonly when: readonly string[];
}

/** Of what TypeScript adds, these hold code; all else are types. */
const holdsCode: readonly unknown[] = [
  'TsAsExpression',
  'TsConstAssertion',
  'TsInstantiation',
  'TsNonNullExpression',
  'TsParameterProperty',
  'TsSatisfiesExpression',
  'TsTypeAssertion',
];

const isType = ({ type }: Node) => typeof type === 'string' && type.startsWith('Ts') && !holdsCode.includes(type);

/** Children that are names of properties, unless they are computed. */
const propertyNames: readonly string[] = ['key', 'property', 'label'];

class Walk {
  readonly literals: EventLiteral[] = [];
  readonly declarations = new Map<string, Declaration>();
  private readonly entered = new Map<Node, Set<string>>();

  constructor(private readonly program: Program) {}

  enter({ file, node, scopes }: Place, when: readonly string[]): void {
    const cases = this.entered.get(node) ?? new Set();
    const key = when.join('\n');
    if (cases.has(key)) return;
    this.entered.set(node, cases.add(key));
    this.inside(node, { file, scopes, when });
  }

  private visit(value: unknown, context: Context): void {
    if (Array.isArray(value)) for (const each of value) this.visit(each, context);
    if (!isNode(value) || Array.isArray(value) || isType(value) || isCallable(value)) return;
    this.inside(value, context);
  }

  private inside(node: Node, outer: Context): void {
    const context = isFunction(node) ? { ...outer, scopes: [...outer.scopes, scopeOf(node)] } : outer;
    switch (node.type) {
      case 'Identifier':
        this.name(nameOf(node), context);
        break;
      case 'SwitchStatement':
        this.cases(node, context);
        break;
      case 'MemberExpression':
        if (!this.member(node, context)) this.children(node, context);
        break;
      case 'VariableDeclarator':
        // At the top of a file, the names beside the one that led here are not used by it.
        if (context.scopes.length > 0) this.visit(node.id, context);
        this.visit(node.init, context);
        break;
      case 'ObjectExpression':
        this.object(node, context);
        this.children(node, context);
        break;
      default:
        this.children(node, context);
    }
  }

  private children(node: Node, context: Context): void {
    for (const [name, child] of Object.entries(node)) {
      if (propertyNames.includes(name) && isNode(child) && child.type !== 'Computed') continue;
      this.visit(child, context);
    }
  }

  private name(name: string, { file, scopes, when }: Context): void {
    for (let depth = scopes.length; depth > 0; depth -= 1) {
      const scope = scopes[depth - 1];
      if (!scope?.has(name)) continue;
      const node = scope.get(name);
      if (node) this.enter({ file, node, scopes: scopes.slice(0, depth) }, when);
      return;
    }
    this.declaration(this.program.meaning(file, name), when);
  }

  private declaration(found: ReturnType<Program['meaning']>, when: readonly string[]): void {
    if (!found || 'package' in found) return;
    this.declarations.set(`${found.file} ${found.name}`, found);
    this.enter({ ...found, scopes: [] }, when);
  }

  /** `folder.name` of a file that was imported as a whole. */
  private member({ object, property }: Node, { file, scopes, when }: Context): boolean {
    if (!isNode(object) || object.type !== 'Identifier') return false;
    if (scopes.some((scope) => scope.has(nameOf(object)))) return false;
    const found = this.program.meaningIn(file, nameOf(object), nameOf(property));
    this.declaration(found, when);
    return found !== undefined;
  }

  /** What follows `case 'a': case 'b':` happens in the case "a or b". */
  private cases(node: Node, context: Context): void {
    this.visit(node.discriminant, context);
    let labels: string[] = [];
    for (const { test, consequent } of nodesIn(node.cases)) {
      if (isNode(test) && test.type === 'StringLiteral') labels.push(nameOf(test));
      else this.visit(test, context);
      if (nodesIn(consequent).length === 0) continue;
      const label = labels.join(' or ');
      const when = label === '' || context.when.includes(label) ? context.when : [...context.when, label];
      this.visit(consequent, { ...context, when });
      labels = [];
    }
  }

  private object({ properties }: Node, { file, when }: Context): void {
    const named = (name: string) => nodesIn(properties).find(({ key }) => isNode(key) && nameOf(key) === name);
    const type = named('type')?.value;
    const hasData = named('data') ?? nodesIn(properties).find((each) => nameOf(each) === 'data');
    if (!isNode(type) || type.type !== 'StringLiteral' || !hasData) return;
    this.literals.push({ type: nameOf(type), file, when });
  }
}
