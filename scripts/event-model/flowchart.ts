/** How a node is drawn: its marks in Mermaid's language. */
const shapes = {
  workflow: ['([', '])'],
  command: ['[', ']'],
  event: ['(', ')'],
  projection: ['[(', ')]'],
} as const;
type Shape = keyof typeof shapes;

/** A flowchart in Mermaid's language, of nodes that stand in groups and arrows between nodes or groups. */
export class Flowchart {
  private readonly ids = new Set<string>();
  private readonly groups = new Map<string, string[]>();
  private readonly ungrouped: string[] = [];
  private readonly arrows: string[] = [];

  /** Returns the id by which arrows name the node; drawing it again changes nothing. */
  node(shape: Shape, name: string, group?: string): string {
    const id = idOf(shape, name);
    if (this.ids.has(id)) return id;
    this.ids.add(id);
    const [open, close] = shapes[shape];
    const lines = group === undefined ? this.ungrouped : this.groups.get(group);
    if (!lines) throw new Error(`${name} stands in ${group}, which is no group`);
    lines.push(`${id}${open}"${escaped(name)}"${close}`);
    return id;
  }

  /** Returns the id by which nodes and arrows name the group. */
  group(name: string, label: string): string {
    const id = idOf('group', name);
    if (!this.groups.has(id)) this.groups.set(id, [`subgraph ${id}["${escaped(label)}"]`]);
    return id;
  }

  arrow(from: string, to: string, { label = '', dotted = false }: { label?: string; dotted?: boolean } = {}): void {
    for (const end of [from, to]) {
      if (!this.ids.has(end) && !this.groups.has(end)) throw new Error(`an arrow names ${end}, which is not drawn`);
    }
    const line = dotted ? '-.->' : '-->';
    this.arrows.push(`${from} ${line}${label === '' ? '' : `|"${escaped(label)}"|`} ${to}`);
  }

  toString(): string {
    const grouped = [...this.groups.values()].flatMap(([first = '', ...nodes]) => [
      `  ${first}`,
      ...nodes.map((line) => `    ${line}`),
      '  end',
    ]);
    const others = [...this.ungrouped, ...this.arrows].map((line) => `  ${line}`);
    return ['flowchart LR', ...grouped, ...others].join('\n');
  }
}

/** Prefixed, so that no name is a word of the language, such as `end`. */
const idOf = (kind: string, name: string) => `${kind}_${name.replaceAll(/\W/g, '_')}`;

const escaped = (text: string) => text.replaceAll('#', '#35;').replaceAll('"', '#quot;');
