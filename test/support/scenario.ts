import type { Decision, Refusal } from '../../src/domain';

/** What a decider answers: events, or a decision that may be a refusal. */
type Decided<Event> = readonly Event[] | Decision<Event>;

interface Outcome<Event> {
  gives(...events: Event[]): void;
  givesNothing(): void;
  refuses(refusal: Refusal): void;
}

/** Tests a decider in three steps: given events that happened, when a command is decided, then new events or a refusal. */
export function scenarios<State, Event>(evolve: (state: State | undefined, event: Event) => State) {
  const fold = (events: readonly Event[]) =>
    events.reduce<State | undefined>((state, event) => evolve(state, event), undefined);

  return {
    /** The state after these events; undefined before the first. */
    stateAfter: (...events: Event[]): State | undefined => fold(events),

    given: (...events: Event[]) => ({
      when(decide: (state: State | undefined) => Decided<Event>): Outcome<Event> {
        const decision = asDecision(decide(fold(events)));
        return {
          gives(...expected) {
            expect(decision).toEqual({ accepted: true, events: expected });
            fold([...events, ...expected]);
          },
          givesNothing: () => expect(decision).toEqual({ accepted: true, events: [] }),
          refuses: (refusal) => expect(decision).toEqual({ accepted: false, refusal }),
        };
      },
    }),
  };
}

function asDecision<Event>(decided: Decided<Event>): Decision<Event> {
  return 'accepted' in decided ? decided : { accepted: true, events: [...decided] };
}
