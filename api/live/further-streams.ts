/** Streams that change a topic beside its own: which they are depends on the topic's state, and changes with it. */
export class FurtherStreams<Topic> {
  private readonly ofTopic = new Map<Topic, ReadonlySet<string>>();
  private readonly topics = new Map<string, Set<Topic>>();

  /** From now on these and no others. True where there is one among them that was not watched for the topic before. */
  watch(topic: Topic, streams: readonly string[]): boolean {
    const before = this.ofTopic.get(topic);
    if (!before && streams.length === 0) return false;
    const now = new Set(streams);
    for (const stream of before ?? []) if (!now.has(stream)) this.leave(stream, topic);
    const added = streams.filter((stream) => !before?.has(stream));
    for (const stream of added) this.topics.set(stream, (this.topics.get(stream) ?? new Set()).add(topic));
    this.ofTopic.set(topic, now);
    return added.length > 0;
  }

  forget(topic: Topic): void {
    this.watch(topic, []);
    this.ofTopic.delete(topic);
  }

  changedBy(stream: string): Iterable<Topic> {
    return this.topics.get(stream) ?? [];
  }

  private leave(stream: string, topic: Topic): void {
    const all = this.topics.get(stream);
    all?.delete(topic);
    if (all?.size === 0) this.topics.delete(stream);
  }
}
