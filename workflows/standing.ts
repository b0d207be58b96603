import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes } from '../src/domain/contract';
import { keyword } from './search-attributes';
import { droppedInWords, lastOf } from './words';

/** What a workflow says of itself to whoever looks at it. */
export class Standing<State extends { status: string; lastOutcome: string }> {
  constructor(
    readonly state: State,
    /** Signals that were dropped in this run and those before it: said as long as it lasts. */
    private dropped: number,
  ) {}

  get droppedInAll(): number {
    return this.dropped;
  }

  say(details: string): void {
    this.show(this.state.status, details);
  }

  show(status: string, details: string): void {
    this.state.lastOutcome = details;
    setCurrentDetails(this.dropped === 0 ? details : lastOf([details, droppedInWords(this.dropped)]));
    if (status !== this.state.status) upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    this.state.status = status;
  }

  /** So many more signals were dropped. */
  sayDropped(signals: number): void {
    if (signals === 0) return;
    this.dropped += signals;
    log.warn(droppedInWords(signals));
    this.say(this.state.lastOutcome);
  }
}
