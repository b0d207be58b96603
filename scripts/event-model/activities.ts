import { isNode, type Node, nodesIn } from '../syntax';
import type { Declaration, Program } from './program';
import { type Place, reach } from './reach';
import { isFunction, type Scope, scopeOf } from './scope';
import { keyOf, nameOf } from './source-module';

export interface Called {
  readonly activity: string;
  /** Run by the worker that runs the workflow, or one that waits in a queue of its own. */
  readonly local: boolean;
}

const proxies: Readonly<Record<string, { readonly local: boolean }>> = {
  proxyActivities: { local: false },
  proxyLocalActivities: { local: true },
};

/** The activities that a workflow may call, by the proxies that its code comes to. */
export function activitiesCalledBy(program: Program, workflow: Declaration): Called[] {
  return reach(program, { ...workflow, scopes: [] }).declarations.flatMap((declaration) => {
    const proxy = proxyOf(program, declaration);
    if (!proxy) return [];
    return [{ activity: keyOf(declaration.node.id, declaration.name), local: proxy.local }];
  });
}

function proxyOf(program: Program, { file, node }: Declaration): { readonly local: boolean } | undefined {
  const call = node.init;
  if (node.type !== 'VariableDeclarator' || !isNode(call) || call.type !== 'CallExpression') return undefined;
  const made = program.meaning(file, nameOf(call.callee));
  return made && 'package' in made && made.package === '@temporalio/workflow' ? proxies[made.name] : undefined;
}

/** The activities that a factory makes, by name and in its order: the functions in the object that it returns. */
export function activitiesMadeBy(program: Program, factory: Declaration): Map<string, Place> {
  const { file, name, node } = factory;
  if (!isFunction(node)) throw new Error(`${name} of ${file} is no function`);
  const scopes: readonly Scope[] = [scopeOf(node)];
  const made = new Map<string, Place>();
  for (const property of nodesIn(returned(factory).properties)) {
    if (property.type === 'SpreadElement') {
      for (const [inner, place] of activitiesMadeBy(program, factoryCalled(program, file, property))) {
        made.set(inner, place);
      }
    } else if (property.type === 'MethodProperty' || property.type === 'KeyValueProperty') {
      made.set(nameOf(property.key), { file, node: property, scopes });
    } else {
      throw new Error(`${name} of ${file} returns something that is neither a method nor another factory's`);
    }
  }
  return made;
}

function returned({ file, name, node }: Declaration): Node {
  const statements = isNode(node.body) ? nodesIn(node.body.stmts) : [];
  const last = statements.find(({ type }) => type === 'ReturnStatement')?.argument;
  if (isNode(last) && last.type === 'ObjectExpression') return last;
  throw new Error(`${name} of ${file} does not return an object whose members can be seen`);
}

function factoryCalled(program: Program, file: string, { arguments: call }: Node): Declaration {
  const found = isNode(call) && call.type === 'CallExpression' ? program.meaning(file, nameOf(call.callee)) : undefined;
  if (found && !('package' in found)) return found;
  throw new Error(`${file} spreads activities that are not made by a function of ours`);
}
