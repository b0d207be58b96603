/** A node or group of a flowchart. */
const ID = /^[A-Za-z]\w*$/;
/** Between quotes Mermaid takes all but these; `#…;` stands for a character. */
const LABEL = '"(?:[^"#`]|#\\w+;)+"';
const NODE = new RegExp(`^(\\w+)(?:\\(\\[${LABEL}\\]\\)|\\[${LABEL}\\]|\\(${LABEL}\\)|\\[\\(${LABEL}\\)\\])$`);
const ARROW = new RegExp(`^(\\w+) (?:-->|-\\.->)(?:\\|${LABEL}\\|)? (\\w+)$`);
const GROUP = new RegExp(`^subgraph (\\w+)\\[${LABEL}\\]$`);
/** Words of Mermaid's language, which are no ids. */
const RESERVED = [
  'end',
  'graph',
  'flowchart',
  'subgraph',
  'style',
  'class',
  'classDef',
  'click',
  'default',
  'linkStyle',
];

export interface Flowchart {
  readonly nodes: readonly string[];
  readonly groups: readonly string[];
  readonly arrows: readonly (readonly [from: string, to: string])[];
}

/** Reads the part of Mermaid's flowchart language that our diagrams are written in; throws for anything else. */
export function readFlowchart(text: string): Flowchart {
  const [first, ...lines] = text.split('\n');
  if (first !== 'flowchart LR') throw new Error(`a flowchart cannot begin with "${first}"`);
  const nodes: string[] = [];
  const groups: string[] = [];
  const arrows: [string, string][] = [];
  let inGroup = false;
  for (const line of lines.map((each) => each.trim())) {
    const [group, node, arrow] = [GROUP.exec(line), NODE.exec(line), ARROW.exec(line)];
    if (group?.[1] && !inGroup) {
      groups.push(group[1]);
      inGroup = true;
    } else if (line === 'end' && inGroup) inGroup = false;
    else if (node?.[1]) nodes.push(node[1]);
    else if (arrow?.[1] && arrow[2] && !inGroup) arrows.push([arrow[1], arrow[2]]);
    else throw new Error(`not understood: "${line}"`);
  }
  if (inGroup) throw new Error('a group has no end');
  const known = [...nodes, ...groups];
  for (const id of known) if (!ID.test(id) || RESERVED.includes(id)) throw new Error(`${id} cannot be an id`);
  if (new Set(known).size < known.length) throw new Error('an id is drawn twice');
  const unknown = arrows.flat().filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`arrows name what is not drawn: ${unknown.join(', ')}`);
  return { nodes, groups, arrows };
}

export const flowchartsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^```mermaid\n(.*?)\n```$/gms)].map(([, text]) => text ?? '');
