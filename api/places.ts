/** How many may be at something at once, in all and of one caller. */
export class Places {
  private readonly taken = new Map<string, number>();
  private all = 0;

  constructor(private readonly most: number) {}

  /** The place, to be given back once; or which of the limits is reached. */
  take(caller: string, mostOfCaller: number): { giveBack(): void } | 'full' | 'too-many' {
    if (this.all >= this.most) return 'full';
    const before = this.taken.get(caller) ?? 0;
    if (before >= mostOfCaller) return 'too-many';
    this.all += 1;
    this.taken.set(caller, before + 1);
    return { giveBack: () => this.giveBack(caller) };
  }

  private giveBack(caller: string): void {
    this.all -= 1;
    const left = (this.taken.get(caller) ?? 1) - 1;
    if (left > 0) this.taken.set(caller, left);
    else this.taken.delete(caller);
  }
}
