import { type Purchase, purchaseStream } from '../src/domain';
import type { Command, GroupCommit, Session } from '../src/store';
import { cartRef, poolRef, purchaseRef } from './streams';

/** Steps that touch no pool wait together, as those of one pool do. */
const laneOfPayments = 'payments';

export interface Step {
  purchaseId: string;
  pools: readonly string[];
}

interface Touched extends Step {
  /** The cart that becomes the purchase. */
  cartId?: string | undefined;
}

type OnItems<Result> = { result: Result } | { pools: string[] };

/** How the steps of a purchase become commands. A step's event ids come from its name: run again, it finds what it wrote. */
export function purchaseSteps(committer: GroupCommit) {
  function step<Result>(
    { purchaseId, pools, cartId }: Touched,
    name: string,
    decide: (session: Session) => Result,
    assumeNew = false,
  ): Promise<Result> {
    const workflow = purchaseStream(purchaseId);
    const command: Command<Result> = {
      id: `${workflow}/${name}`,
      metadata: { correlation: purchaseId, causation: name, workflow },
      streams: [
        ...pools.map(poolRef),
        ...(cartId === undefined ? [] : [cartRef(cartId)]),
        { ...purchaseRef(purchaseId), assumeNew },
      ],
      lane: pools.length > 0 ? undefined : laneOfPayments,
      decide,
    };
    return committer.submit(command);
  }

  /** A step over the pools of the purchase's own items, whatever pools were said. */
  async function stepOnItems<Result>(
    said: Step,
    name: string,
    decide: (session: Session, purchase: Purchase | undefined) => Result,
  ): Promise<Result> {
    const { purchaseId } = said;
    const on = (pools: readonly string[]) =>
      step({ purchaseId, pools }, name, (session): OnItems<Result> => {
        const purchase = session.state(purchaseRef(purchaseId));
        const own = purchase && purchase.status !== 'rejected' ? purchase.items.map(({ pool }) => pool) : [];
        if (own.every((pool) => pools.includes(pool))) return { result: decide(session, purchase) };
        return { pools: own };
      });
    const first = await on(said.pools);
    const done = 'result' in first ? first : await on(first.pools);
    if (!('result' in done)) throw new Error(`the items of purchase ${purchaseId} have changed`);
    return done.result;
  }

  return { step, stepOnItems };
}
