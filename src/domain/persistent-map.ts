type Content<Key, Value extends NonNullable<unknown>> =
  | { readonly map: Map<Key, Value> }
  | { readonly key: Key; readonly value: Value | undefined; readonly next: PersistentMap<Key, Value> };

/**
 * A map that never changes: what changes it gives a new one beside it. The newest version is as fast as a plain map, for it has one;
 * an older one is what must be undone to get there from a newer, and takes the plain map over when it is looked at again, at the
 * cost of the changes between the two (Baker's rerooting). Values are never undefined.
 */
export class PersistentMap<Key, Value extends NonNullable<unknown>> {
  private constructor(private content: Content<Key, Value>) {}

  static of<Key, Value extends NonNullable<unknown>>(
    entries: Iterable<readonly [Key, Value]> = [],
  ): PersistentMap<Key, Value> {
    return new PersistentMap({ map: new Map(entries) });
  }

  get size(): number {
    return this.plain().size;
  }

  get(key: Key): Value | undefined {
    return this.plain().get(key);
  }

  set(key: Key, value: Value): PersistentMap<Key, Value> {
    return this.changed(key, value);
  }

  delete(key: Key): PersistentMap<Key, Value> {
    return this.plain().has(key) ? this.changed(key, undefined) : this;
  }

  keys(): Key[] {
    return [...this.plain().keys()];
  }

  values(): Value[] {
    return [...this.plain().values()];
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return [...this.plain()][Symbol.iterator]();
  }

  private changed(key: Key, value: Value | undefined): PersistentMap<Key, Value> {
    const map = this.plain();
    const newer = new PersistentMap<Key, Value>({ map });
    this.content = { key, value: map.get(key), next: newer };
    put(map, key, value);
    return newer;
  }

  /** The plain map, as of this version. */
  private plain(): Map<Key, Value> {
    if ('map' in this.content) return this.content.map;
    const older: PersistentMap<Key, Value>[] = [];
    let at: PersistentMap<Key, Value> = this;
    while (!('map' in at.content)) {
      older.push(at);
      at = at.content.next;
    }
    const { map } = at.content;
    for (let newer = at, version = older.pop(); version; newer = version, version = older.pop()) {
      if ('map' in version.content) continue;
      const { key, value } = version.content;
      newer.content = { key, value: map.get(key), next: version };
      put(map, key, value);
      version.content = { map };
    }
    return map;
  }
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
