import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { Buyer } from './buyer';
import { fillRun, givesWay } from './flood';
import type { Path } from './paths';
import type { Stage } from './stage';

/** Gives the buyer who goes on where it is another run that does. */
type Act = (buyer: Buyer, stage: Stage) => Promise<unknown>;

/** A purchase of one pool that goes as `act` makes it go. */
const path = (name: string, status: string, act: Act, holdSeconds = 300): Path => ({
  name: `purchase-${name}`,
  status,
  async play(stage) {
    const buyer = await stage.reserve({ [await stage.pool({ holdSeconds })]: 2 });
    const given = await act(buyer, stage);
    const last = given instanceof Buyer ? given : buyer;
    await last.ends();
    return last.handle;
  },
});

const payHeldUp = async (buyer: Buyer, stage: Stage, place: Parameters<Stage['provider']['holdUp']>[1]) => {
  const paymentId = randomUUID();
  stage.provider.holdUp(paymentId, place);
  await buyer.pay('tok_ok', paymentId);
  if (place === 'after the money was taken') await eventually(async () => (await buyer.money()).length > 0);
  else await buyer.reaches('paying');
};

const whilePaying =
  (act: Act): Act =>
  async (buyer, stage) => {
    await payHeldUp(buyer, stage, 'before the money is taken');
    return act(buyer, stage);
  };

const whilePaid =
  (act: Act): Act =>
  async (buyer, stage) => {
    await payHeldUp(buyer, stage, 'after the money was taken');
    return act(buyer, stage);
  };

const poolsOf = (buyer: Buyer) => buyer.request.items.map(({ pool }) => pool);

const startAnew: Act = (buyer, stage) => stage.startAnew(buyer);

const nothing: Act = async () => undefined;
const cancel: Act = (buyer) => buyer.cancel();
const stop: Act = (buyer) => buyer.saleStopped();
const cancelWorkflow: Act = (buyer) => buyer.handle.cancel();

/** Every way that a purchase can go. */
export const purchasePaths: readonly Path[] = [
  path('confirmed', 'confirmed', (buyer) => buyer.pay()),
  path('confirmed-after-a-decline', 'confirmed', async (buyer) => {
    await buyer.pay('tok_declined');
    await buyer.pay();
  }),
  path('confirmed-though-the-answer-was-lost', 'confirmed', (buyer) => buyer.pay('tok_lost')),
  path('confirmed-though-the-provider-was-away', 'confirmed', (buyer) => buyer.pay('tok_down')),
  path('confirmed-after-a-slow-capture', 'confirmed', (buyer) => buyer.pay('tok_slow')),
  path('payment-failed', 'payment-failed', async (buyer) => {
    for (const token of ['tok_declined', 'tok_insufficient_funds', 'tok_declined']) await buyer.pay(token);
  }),
  path('expired', 'expired', nothing, 1),
  path('expired-while-paying', 'expired', whilePaying(nothing), 1),
  path('expired-and-refunded', 'refunded', whilePaid(nothing), 1),
  path('cancelled', 'cancelled', cancel),
  path('cancelled-while-paying', 'cancelled', whilePaying(cancel)),
  path('cancelled-and-refunded', 'refunded', whilePaid(cancel)),
  path('stopped', 'cancelled', stop),
  path('stopped-while-paying', 'cancelled', whilePaying(stop)),
  path('stopped-and-refunded', 'refunded', whilePaid(stop)),
  path('cancelled-by-an-operator', 'cancelled', cancelWorkflow),
  path('cancelled-by-an-operator-while-paying', 'cancelled', whilePaying(cancelWorkflow)),
  path('cancelled-by-an-operator-and-refunded', 'refunded', whilePaid(cancelWorkflow)),
  path('paid-when-its-tickets-were-gone', 'expired', async (buyer, stage) => {
    await stage.activities.release({ purchaseId: buyer.id, pools: poolsOf(buyer), ending: { kind: 'expired' } });
    await buyer.pay();
  }),
  path(
    'refunded-as-its-tickets-were-gone',
    'refunded',
    whilePaid(async (buyer, stage) => {
      await stage.activities.release({ purchaseId: buyer.id, pools: poolsOf(buyer), ending: { kind: 'expired' } });
      stage.provider.endHoldUps();
    }),
  ),
  path('started-anew-and-confirmed', 'confirmed', whilePaid(startAnew)),
  path(
    'started-anew-and-paid-again',
    'confirmed',
    whilePaying(async (buyer, stage) => {
      const again = await stage.startAnew(buyer);
      await again.pay();
      return again;
    }),
  ),
  path('started-anew-once-it-was-over', 'cancelled', async (buyer, stage) => {
    await buyer.cancel();
    await buyer.ends();
    return stage.startAnew(buyer);
  }),
  path(
    'started-anew-after-its-hold',
    'expired',
    async (buyer, stage) => {
      await buyer.handle.terminate('by mistake');
      const { expiresAt } = await buyer.status();
      await eventually(() => Date.parse(expiresAt ?? '') < Date.now());
      return stage.startAnew(buyer);
    },
    1,
  ),
  path('with-a-signal-not-understood', 'cancelled', async (buyer) => {
    await buyer.handle.signal('payment', { paymentId: 'payment-1' });
    await buyer.cancel();
  }),
  {
    name: 'purchase-that-has-had-its-signals',
    status: 'reserved',
    async play(stage) {
      const buyer = await stage.reserve({ [await stage.pool()]: 2 });
      const full = await fillRun(stage, buyer.handle);
      await givesWay(stage, full);
      await buyer.cancel();
      await buyer.ends();
      return full;
    },
  },
  {
    name: 'purchase-of-two-pools',
    status: 'confirmed',
    async play(stage) {
      const buyer = await stage.reserve({ [await stage.pool()]: 1, [await stage.pool()]: 2 });
      await buyer.pay();
      await buyer.ends();
      return buyer.handle;
    },
  },
  {
    name: 'purchase-rejected',
    status: 'rejected',
    async play(stage) {
      const buyer = await stage.buy({ 'no-such-pool': 1 });
      await buyer.ends();
      return buyer.handle;
    },
  },
  {
    name: 'purchase-paid-before-it-was-reserved',
    status: 'confirmed',
    async play(stage) {
      const pool = await stage.pool();
      await stage.stopWorker();
      const buyer = await stage.buy({ [pool]: 1 });
      await buyer.pay();
      await stage.startWorker();
      await buyer.ends();
      return buyer.handle;
    },
  },
];
