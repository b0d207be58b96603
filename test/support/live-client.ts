import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { eventually } from './eventually';

export type LiveEvent = { readonly id: number; readonly event: string; readonly data: unknown };

/** One connection to a live view, and all that came over it. */
export class LiveClient {
  readonly events: LiveEvent[] = [];
  comments = 0;
  retry: number | undefined;
  /** How the answer ended: whole, or broken off. */
  ended: 'whole' | 'broken' | undefined;
  private rest = '';

  private constructor(
    private readonly sent: ClientRequest,
    private readonly answer: IncomingMessage,
  ) {
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.take(text));
    answer.on('end', () => {
      this.ended = 'whole';
    });
    answer.on('error', () => {
      this.ended = 'broken';
    });
  }

  /** Resolves with the answer's head, whatever its status. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<LiveClient> {
    const sent = request(url, { headers: { Accept: 'text/event-stream', ...headers }, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return new LiveClient(sent, answer);
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  get headers(): IncomingMessage['headers'] {
    return this.answer.headers;
  }

  get last(): LiveEvent | undefined {
    return this.events.at(-1);
  }

  /** Waits until its newest event is as the probe wants it. */
  async shows(probe: (data: never) => boolean): Promise<LiveEvent> {
    return eventually(() => {
      const { last } = this;
      return last !== undefined && probe(last.data as never) ? last : false;
    });
  }

  /** Takes no more bytes until it is resumed. */
  pause(): void {
    this.answer.pause();
  }

  resume(): void {
    this.answer.resume();
  }

  close(): void {
    this.sent.destroy();
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.takeBlock(block);
  }

  private takeBlock(block: string): void {
    if (block.startsWith(':')) {
      this.comments += 1;
      return;
    }
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
    );
    const [id, event, data, retry] = ['id', 'event', 'data', 'retry'].map((name) => fields.get(name));
    if (retry !== undefined) this.retry = Number(retry);
    if (data !== undefined) this.events.push({ id: Number(id), event: event ?? '', data: JSON.parse(data) });
  }
}
