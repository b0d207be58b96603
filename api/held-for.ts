/**
 * Loads at most once at a time, and gives what was loaded for so many milliseconds to all who ask. What failed is not
 * held: the next who asks has it loaded again.
 */
export function heldFor<Value>(
  milliseconds: number,
  now: () => Date,
  load: () => Promise<Value>,
): () => Promise<Value> {
  let held: { value: Promise<Value>; until: number } | undefined;
  return () => {
    if (held && now().getTime() < held.until) return held.value;
    const loading = { value: load(), until: Number.POSITIVE_INFINITY };
    held = loading;
    loading.value.then(
      () => {
        loading.until = now().getTime() + milliseconds;
      },
      () => {
        if (held === loading) held = undefined;
      },
    );
    return loading.value;
  };
}
