import {
  addItem,
  type Cart,
  type CartEvent,
  type CartLine,
  type Customer,
  cartStream,
  changeItem,
  createCart,
  type Decision,
  type PoolAllows,
  type Refusal,
  removeItem,
  undoChange,
} from '../src/domain';
import type { GroupCommit } from '../src/store';
import { cartRef } from './streams';

/** Stands in an event's metadata where a workflow would: see docs/decisions/014-carts-are-written-by-the-api.md. */
const byTheApi = 'api';

/**
 * What customers do to a cart before its checkout. No workflow sends these commands: the API runs them itself. Each
 * resolves once its change is committed, or with why it was refused.
 */
export function createCartCommands({ committer, newId }: { committer: GroupCommit; newId(): string }) {
  function run(
    cartId: string,
    name: string,
    decide: (cart: Cart | undefined) => Decision<CartEvent>,
    assumeNew = false,
  ): Promise<Refusal | undefined> {
    const ref = cartRef(cartId);
    // Nobody repeats a request under an id of its own, so every one is another command.
    const causation = `${name}/${newId()}`;
    return committer.submit({
      id: `${cartStream(cartId)}/${causation}`,
      metadata: { correlation: cartId, causation, workflow: byTheApi },
      streams: [{ ...ref, assumeNew }],
      decide(session) {
        const decision = decide(session.state(ref));
        if (!decision.accepted) return decision.refusal;
        session.append(ref, decision.events);
        return undefined;
      },
    });
  }

  return {
    createCart(cartId: string, customer: Customer): Promise<Refusal | undefined> {
      return run(cartId, 'create', (cart) => createCart(cart, customer), true);
    },

    addItem(cartId: string, line: CartLine, refusalOf: PoolAllows): Promise<Refusal | undefined> {
      return run(cartId, 'add-item', (cart) => addItem(cart, line, refusalOf));
    },

    changeItem(cartId: string, line: CartLine, refusalOf: PoolAllows): Promise<Refusal | undefined> {
      return run(cartId, 'change-item', (cart) => changeItem(cart, line, refusalOf));
    },

    removeItem(cartId: string, pool: string): Promise<Refusal | undefined> {
      return run(cartId, 'remove-item', (cart) => removeItem(cart, pool));
    },

    undoChange(cartId: string): Promise<Refusal | undefined> {
      return run(cartId, 'undo', undoChange);
    },
  };
}
export type CartCommands = ReturnType<typeof createCartCommands>;
