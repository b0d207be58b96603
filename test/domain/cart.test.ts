import {
  addItem,
  type Cart,
  type CartEvent,
  canUndo,
  cartLimits,
  changeItem,
  checkOut,
  checkoutRefusal,
  createCart,
  evolveCart,
  type PoolAllows,
  removeItem,
  undoChange,
} from '../../src/domain';
import {
  cartCreated,
  changeUndone,
  checkedOut,
  itemAdded,
  itemChanged,
  itemRemoved,
  lineOfCart,
} from '../support/cart-events';
import { euros } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given, stateAfter } = scenarios(evolveCart);
const purchaseId = '0197b3a0-0000-7000-8000-000000000001';
const otherPurchase = '0197b3a0-0000-7000-8000-000000000002';
const allowed: PoolAllows = () => undefined;
type Line = Parameters<typeof lineOfCart>;
const adding =
  (...line: Line) =>
  (cart: Cart | undefined) =>
    addItem(cart, lineOfCart(...line), allowed);
const changing =
  (...line: Line) =>
  (cart: Cart | undefined) =>
    changeItem(cart, lineOfCart(...line), allowed);
const removing = (pool: string) => (cart: Cart | undefined) => removeItem(cart, pool);
const itemsAfter = (...events: CartEvent[]) => stateAfter(...events)?.items;
const added = (count: number) => Array.from({ length: count }, (_, nth) => itemAdded(`pool-${nth}`, 1));
const toAndFro = (count: number): CartEvent[] =>
  Array.from({ length: count }, (_, nth) => itemChanged('stalls', 1 + (nth % 2)));
const done = checkedOut(purchaseId, euros(100));

describe('a cart', () => {
  it('is created once, for a customer, and is empty', () => {
    given()
      .when((cart) => createCart(cart, { customerId: 'alice' }))
      .gives(cartCreated());
    expect(stateAfter(cartCreated())).toEqual({ customerId: 'alice', items: [], undo: [], version: 1 });
    expect(() => createCart(stateAfter(cartCreated()), { customerId: 'bob' })).toThrow('taken');
  });

  it('takes lines of several pools, in the order in which they come', () => {
    given(cartCreated(), itemAdded('stalls', 2)).when(adding('circle', 1)).gives(itemAdded('circle', 1));
    expect(itemsAfter(cartCreated(), itemAdded('stalls', 2), itemAdded('circle', 1))).toEqual([
      lineOfCart('stalls', 2),
      lineOfCart('circle', 1),
    ]);
  });

  it('holds one line of a pool: quantities add up, and named seats join', () => {
    given(cartCreated(), itemAdded('stalls', 2)).when(adding('stalls', 1)).gives(itemAdded('stalls', 1));
    expect(itemsAfter(cartCreated(), itemAdded('stalls', 2), itemAdded('stalls', 1))).toEqual([
      lineOfCart('stalls', 3),
    ]);
    const seats = [itemAdded('circle', ['A-1', 'A-2']), itemAdded('circle', ['A-2', 'B-1'])];
    expect(itemsAfter(cartCreated(), ...seats)).toEqual([lineOfCart('circle', ['A-1', 'A-2', 'B-1'])]);
  });

  it('keeps what was said of a line unless the addition says otherwise', () => {
    const said = { bestAvailable: true, maxUnitPrice: euros(40) };
    expect(itemsAfter(cartCreated(), itemAdded('stalls', 2, said), itemAdded('stalls', 1))).toEqual([
      lineOfCart('stalls', 3, said),
    ]);
    const dearer = itemAdded('stalls', 1, { maxUnitPrice: euros(60) });
    expect(itemsAfter(cartCreated(), itemAdded('stalls', 2, said), dearer)).toEqual([
      lineOfCart('stalls', 3, { bestAvailable: true, maxUnitPrice: euros(60) }),
    ]);
  });

  it('refuses named seats and a quantity in one line, and lets one replace the other', () => {
    const refusal = { slug: 'seats-and-quantity', pool: 'stalls' } as const;
    given(cartCreated(), itemAdded('stalls', 2))
      .when(adding('stalls', ['A-1']))
      .refuses(refusal);
    given(cartCreated(), itemAdded('stalls', ['A-1']))
      .when(adding('stalls', 1))
      .refuses(refusal);
    given(cartCreated(), itemAdded('stalls', ['A-1']))
      .when(changing('stalls', 2))
      .gives(itemChanged('stalls', 2));
    expect(itemsAfter(cartCreated(), itemAdded('stalls', ['A-1']), itemChanged('stalls', 2))).toEqual([
      lineOfCart('stalls', 2),
    ]);
  });

  it('changes and removes the lines that it has, each in its place', () => {
    const two = [cartCreated(), itemAdded('stalls', 2), itemAdded('circle', 1)];
    given(...two)
      .when(changing('stalls', 4))
      .gives(itemChanged('stalls', 4));
    expect(itemsAfter(...two, itemChanged('stalls', 4))).toEqual([lineOfCart('stalls', 4), lineOfCart('circle', 1)]);
    given(...two)
      .when(removing('stalls'))
      .gives(itemRemoved('stalls'));
    expect(itemsAfter(...two, itemRemoved('stalls'))).toEqual([lineOfCart('circle', 1)]);
    const absent = { slug: 'not-found', what: 'line of gods in the cart' } as const;
    given(...two)
      .when(changing('gods', 1))
      .refuses(absent);
    given(...two)
      .when(removing('gods'))
      .refuses(absent);
  });

  it('is not changed to what it is', () => {
    const two = [
      cartCreated(),
      itemAdded('stalls', 2, { maxUnitPrice: euros(40) }),
      itemAdded('circle', ['A-1', 'A-2']),
    ];
    given(...two)
      .when(changing('stalls', 2, { maxUnitPrice: euros(40) }))
      .givesNothing();
    given(...two)
      .when(adding('circle', ['A-2']))
      .givesNothing();
    given(...two)
      .when(changing('stalls', 2, { maxUnitPrice: euros(41) }))
      .gives(itemChanged('stalls', 2, { maxUnitPrice: euros(41) }));
    given(...two)
      .when(changing('circle', ['A-2', 'A-1']))
      .gives(itemChanged('circle', ['A-2', 'A-1']));
  });

  it('asks the pool about the whole line as it would be', () => {
    const refusal = { slug: 'invalid-quantity', pool: 'stalls', min: 1, max: 4 } as const;
    const atMostFour: PoolAllows = ({ quantity }) => (quantity > 4 ? refusal : undefined);
    const three = [cartCreated(), itemAdded('stalls', 3)];
    given(...three)
      .when((cart) => addItem(cart, lineOfCart('stalls', 1), atMostFour))
      .gives(itemAdded('stalls', 1));
    given(...three)
      .when((cart) => addItem(cart, lineOfCart('stalls', 2), atMostFour))
      .refuses(refusal);
    given(...three)
      .when((cart) => changeItem(cart, lineOfCart('stalls', 5), atMostFour))
      .refuses(refusal);
  });

  it('holds as many lines as one purchase takes', () => {
    const full = [cartCreated(), ...added(cartLimits.lines)];
    given(...full)
      .when(adding('one-more', 1))
      .refuses({ slug: 'cart-full', of: 'lines', most: 10 });
    given(...full)
      .when(adding('pool-3', 1))
      .gives(itemAdded('pool-3', 1));
    given(...full, itemRemoved('pool-3'))
      .when(adding('one-more', 1))
      .gives(itemAdded('one-more', 1));
  });

  it('is changed a thousand times at the most, and can be checked out then', () => {
    const before = [cartCreated(), itemAdded('stalls', 3), ...toAndFro(cartLimits.changes - 2)];
    given(...before)
      .when(changing('stalls', 4))
      .gives(itemChanged('stalls', 4));
    const after = [...before, itemChanged('stalls', 4)];
    const refusal = { slug: 'cart-full', of: 'changes', most: 1_000 } as const;
    for (const command of [changing('stalls', 3), adding('circle', 1), removing('stalls'), undoChange]) {
      given(...after)
        .when(command)
        .refuses(refusal);
    }
    const cart = stateAfter(...after);
    const request = { purchaseId, customerId: 'alice', items: cart?.items ?? [], version: after.length };
    expect(checkoutRefusal(cart, request)).toBeUndefined();
    expect(cart && checkOut(cart, { purchaseId, total: euros(100) })).toEqual([done]);
  });

  it('that does not exist is not found', () => {
    const absent = { slug: 'not-found', what: 'such cart' } as const;
    for (const command of [adding('stalls', 1), changing('stalls', 1), removing('stalls'), undoChange]) {
      given().when(command).refuses(absent);
    }
    const request = { purchaseId, customerId: 'alice', items: [lineOfCart('stalls', 2)], version: 1 };
    expect(checkoutRefusal(undefined, request)).toEqual(absent);
  });
});

describe('undoing a change', () => {
  const story = [
    cartCreated(),
    itemAdded('stalls', 2),
    itemAdded('circle', ['A-1']),
    itemChanged('stalls', 4),
    itemRemoved('circle'),
  ];

  it('leads back step by step to the empty cart, and no further', () => {
    const steps = [
      [lineOfCart('stalls', 4), lineOfCart('circle', ['A-1'])],
      [lineOfCart('stalls', 2), lineOfCart('circle', ['A-1'])],
      [lineOfCart('stalls', 2)],
      [],
    ];
    steps.forEach((items, nth) => {
      const undone = Array<CartEvent>(nth).fill(changeUndone);
      given(...story, ...undone)
        .when(undoChange)
        .gives(changeUndone);
      expect(itemsAfter(...story, ...undone, changeUndone)).toEqual(items);
    });
    const all = Array<CartEvent>(4).fill(changeUndone);
    given(...story, ...all)
      .when(undoChange)
      .refuses({ slug: 'nothing-to-undo' });
    expect(canUndo(stateAfter(...story, ...all) as Cart)).toBe(false);
    given(cartCreated()).when(undoChange).refuses({ slug: 'nothing-to-undo' });
  });

  it('is not undone itself: what was before it stays to be undone', () => {
    expect(itemsAfter(...story, changeUndone, itemAdded('gods', 1), changeUndone, changeUndone)).toEqual([
      lineOfCart('stalls', 2),
      lineOfCart('circle', ['A-1']),
    ]);
  });

  it('is possible for the newest changes, so many of them', () => {
    const many = [cartCreated(), itemAdded('stalls', 3), ...toAndFro(cartLimits.undo)];
    const all = Array<CartEvent>(cartLimits.undo).fill(changeUndone);
    given(...many, ...all.slice(1))
      .when(undoChange)
      .gives(changeUndone);
    given(...many, ...all)
      .when(undoChange)
      .refuses({ slug: 'nothing-to-undo' });
    expect(itemsAfter(...many, ...all)).toEqual([lineOfCart('stalls', 3)]);
  });
});

describe('checking a cart out', () => {
  const open = [cartCreated(), itemAdded('stalls', 2)];
  const request = { purchaseId, customerId: 'alice', items: [lineOfCart('stalls', 2)] };
  const refusal = (events: readonly CartEvent[], changes: Partial<Parameters<typeof checkoutRefusal>[1]>) =>
    checkoutRefusal(stateAfter(...events), { ...request, version: events.length, ...changes });

  it('happens once, and is no surprise to the purchase that did it', () => {
    given(...open)
      .when((cart) => (cart ? checkOut(cart, { purchaseId, total: euros(100) }) : []))
      .gives(done);
    given(...open, done)
      .when((cart) => (cart ? checkOut(cart, { purchaseId, total: euros(100) }) : []))
      .givesNothing();
    expect(refusal([...open, done], { purchaseId, version: 2 })).toBeUndefined();
    expect(refusal([...open, done], { purchaseId: otherPurchase, version: 3 })).toEqual({
      slug: 'cart-checked-out',
      purchaseId,
    });
  });

  it('is of the cart as it was seen: any change meanwhile refuses it, an undo too', () => {
    expect(refusal(open, { purchaseId, version: 2 })).toBeUndefined();
    expect(refusal(open, { purchaseId, version: 1 })).toEqual({ slug: 'cart-changed' });
    const backAgain = [...open, itemAdded('circle', 1), changeUndone];
    expect(itemsAfter(...backAgain)).toEqual(itemsAfter(...open));
    expect(refusal(backAgain, { purchaseId, version: 2 })).toEqual({ slug: 'cart-changed' });
  });

  it('is of what is in the cart, for whom it is', () => {
    const before = [...open, itemAdded('circle', ['A-1', 'A-2'])];
    const items = [lineOfCart('stalls', 2), lineOfCart('circle', ['A-1', 'A-2'])];
    expect(refusal(before, { items })).toBeUndefined();
    expect(refusal(before, { items: structuredClone(items) })).toBeUndefined();
    for (const changes of [
      { items, customerId: 'bob' },
      { items: items.slice(0, 1) },
      { items: items.toReversed() },
      { items: [lineOfCart('stalls', 3), lineOfCart('circle', ['A-1', 'A-2'])] },
      { items: [lineOfCart('stalls', 2), lineOfCart('circle', ['A-1', 'A-3'])] },
      { items: [lineOfCart('balcony', 2), lineOfCart('circle', ['A-1', 'A-2'])] },
      { items: [...items, lineOfCart('balcony', 1)] },
    ]) {
      expect(refusal(before, changes)).toEqual({ slug: 'cart-changed' });
    }
  });

  it('is the end: nothing changes after it', () => {
    const refused = { slug: 'cart-checked-out', purchaseId } as const;
    for (const command of [adding('stalls', 1), changing('stalls', 1), removing('stalls'), undoChange]) {
      given(...open, done)
        .when(command)
        .refuses(refused);
    }
    expect(canUndo(stateAfter(...open, done) as Cart)).toBe(false);
  });
});

it.each<[string, CartEvent[]]>([
  ['that begins twice', [cartCreated(), cartCreated()]],
  ['that changes before it begins', [itemAdded('stalls', 1)]],
  ['that changes after its checkout', [cartCreated(), done, itemAdded('stalls', 1)]],
  ['that is checked out twice', [cartCreated(), done, done]],
  ['that undoes what never was', [cartCreated(), changeUndone]],
])('a stream of a cart %s is a bug', (_, events) => {
  expect(() => stateAfter(...events)).toThrow(expect.objectContaining({ name: 'InvariantViolated' }));
});
