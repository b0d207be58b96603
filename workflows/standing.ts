import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes } from '../src/domain/contract';
import { keyword } from './search-attributes';
import { droppedInWords } from './words';

/** What a workflow says of itself to whoever looks at it. */
export class Standing<State extends { status: string; lastOutcome: string }> {
  constructor(readonly state: State) {}

  say(details: string): void {
    this.show(this.state.status, details);
  }

  show(status: string, details: string): void {
    this.state.lastOutcome = details;
    setCurrentDetails(details);
    if (status !== this.state.status) upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    this.state.status = status;
  }

  /** So many signals were dropped since this was said last. */
  sayDropped(signals: number): void {
    if (signals === 0) return;
    log.warn(droppedInWords(signals));
    this.say(droppedInWords(signals));
  }
}
