import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Node, parse } from '../syntax';
import { type Elsewhere, type SourceModule, sourceModule } from './source-module';

/** Something that a file of ours declares at its top. */
export interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly node: Node;
}

/** A name that comes from a package. */
export interface FromPackage {
  readonly package: string;
  readonly name: string;
}

/** The TypeScript files under a folder, read as they are needed. */
export class Program {
  private readonly modules = new Map<string, SourceModule>();

  constructor(private readonly root: string) {}

  /** What a name means in a file, by way of its imports; undefined for a global. */
  meaning(file: string, name: string): Declaration | FromPackage | undefined {
    const { declarations, imports } = this.module(file);
    const node = declarations.get(name);
    if (node) return { file, name, node };
    const elsewhere = imports.get(name);
    return elsewhere && this.follow(file, elsewhere);
  }

  /** What `folder.name` means where the whole of another file was imported as `folder`; undefined for anything else. */
  meaningIn(file: string, folder: string, name: string): Declaration | FromPackage | undefined {
    const elsewhere = this.module(file).imports.get(folder);
    return elsewhere?.name === '*' ? this.follow(file, { from: elsewhere.from, name }) : undefined;
  }

  /** The names of the values that a file exports by itself, in its order. */
  exportedNames(file: string): string[] {
    return [...this.module(file).exports.keys()];
  }

  /** Throws where the file exports no such value. */
  exported(file: string, name: string): Declaration {
    const found = this.find(file, name);
    if (!found || 'package' in found) throw new Error(`${file} exports no ${name}`);
    return found;
  }

  private find(file: string, name: string): Declaration | FromPackage | undefined {
    const { exports, exportsAllOf } = this.module(file);
    const found = exports.get(name);
    if (found) return 'local' in found ? this.meaning(file, found.local) : this.follow(file, found);
    for (const from of exportsAllOf) {
      const inner = this.follow(file, { from, name });
      if (inner && !('package' in inner)) return inner;
    }
    return undefined;
  }

  private follow(file: string, { from, name }: Elsewhere): Declaration | FromPackage | undefined {
    if (!from.startsWith('.')) return { package: from, name };
    const target = posix.join(posix.dirname(file), from);
    if (target.endsWith('.json') || name === '*') return undefined;
    return this.find(this.fileOf(target), name);
  }

  private fileOf(target: string): string {
    const candidates = [`${target}.ts`, `${target}/index.ts`, target];
    const found = candidates.find((each) => each.endsWith('.ts') && existsSync(join(this.root, each)));
    if (found === undefined) throw new Error(`${target} is imported and is not there`);
    return found;
  }

  private module(file: string): SourceModule {
    const known = this.modules.get(file);
    if (known) return known;
    const read = sourceModule(parse(readFileSync(join(this.root, file), 'utf8'), file));
    this.modules.set(file, read);
    return read;
  }
}
