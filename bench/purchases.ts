import { Client, Connection } from '@temporalio/client';
import { v7 } from 'uuid';
import { purchaseStart } from '../api/start-workflows';
import { closedLoop, type Measure, summary } from './measure';
import { openShop, type Seller, shopKeys } from './shop';
import { type Cleanup, child, type Servers, startBoxoffice } from './stack';

export const buyers = [1, 20, 50] as const;
const goal = { ratio: 0.8 } as const;
const turns = 3;
const warmUpLimitSeconds = 3;

export interface PurchaseFigures {
  buyers: number;
  boxoffice: { confirmed: Measure; reserved: Measure };
  bare: { confirmed: Measure; reserved: Measure };
  /** Confirmed purchases a second, boxoffice to bare: of all turns, and of each. */
  ratio: number;
  ratios: number[];
  goal: typeof goal;
}

interface Options {
  servers: Servers;
  cleanup: Cleanup;
  seconds: number;
  say(line: string): void;
}

/**
 * Purchases from the request to confirmed, beside a bare Temporal workflow with the same history and empty activities.
 * The two take turns, so that what else the machine does falls on both.
 */
export async function purchases({ servers, cleanup, seconds, say }: Options): Promise<PurchaseFigures[]> {
  const shop = await openShop(await startBoxoffice(cleanup, servers, shopKeys));
  const bare = await openBare(cleanup, servers);
  const figures: PurchaseFigures[] = [];
  for (const clients of buyers) {
    const ours = new Load(shop, clients);
    const theirs = new Load(bare, clients);
    const ratios: number[] = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      say(`${clients} buyers, turn ${turn} of ${turns}: boxoffice…`);
      const ourCount = await ours.run(seconds / turns);
      say(`${clients} buyers, turn ${turn} of ${turns}: bare workflow…`);
      ratios.push(ourCount / (await theirs.run(seconds / turns)));
    }
    const boxoffice = ours.summary(seconds);
    const baseline = theirs.summary(seconds);
    figures.push({
      buyers: clients,
      boxoffice,
      bare: baseline,
      ratio: boxoffice.confirmed.perSecond / baseline.confirmed.perSecond,
      ratios,
      goal,
    });
  }
  await shop.check();
  return figures;
}

/** One side of the comparison: what all its turns measured. */
class Load {
  private readonly confirmed: number[] = [];
  private readonly reserved: number[] = [];

  constructor(
    private readonly seller: Seller,
    private readonly clients: number,
  ) {}

  /** Resolves with the purchases of this turn. */
  async run(seconds: number): Promise<number> {
    const warmUpSeconds = Math.min(seconds, warmUpLimitSeconds);
    const begin = performance.now() + warmUpSeconds * 1000;
    const end = begin + seconds * 1000;
    const confirmed = await closedLoop({
      clients: this.clients,
      warmUpSeconds,
      seconds,
      act: async () => {
        const began = performance.now();
        const id = await this.seller.reserve(v7());
        const now = performance.now();
        if (now >= begin && now <= end) this.reserved.push(now - began);
        await this.seller.pay(id);
        return performance.now() - began;
      },
    });
    this.confirmed.push(...confirmed);
    return confirmed.length;
  }

  summary(seconds: number): { confirmed: Measure; reserved: Measure } {
    return { confirmed: summary(this.confirmed, seconds), reserved: summary(this.reserved, seconds) };
  }
}

async function openBare(cleanup: Cleanup, { temporalAddress }: Servers): Promise<Seller> {
  const loader = ['--require', require.resolve('tsx/cjs')];
  const worker = child(cleanup, process.execPath, [...loader, require.resolve('./bare/worker'), temporalAddress], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const waiting = new Map<string, () => void>();
  const heard = (step: string, id = '') => new Promise<void>((resolve) => waiting.set(`${step}/${id}`, resolve));
  worker.on('message', (message: { step: string; id?: string }) => {
    const key = `${message.step}/${message.id ?? ''}`;
    waiting.get(key)?.();
    waiting.delete(key);
  });
  await heard('ready');
  const connection = await Connection.connect({ address: temporalAddress });
  cleanup.add(() => connection.close());
  const client = new Client({ connection });
  return {
    reserve: async (id) => {
      const reserved = heard('reserved', id);
      const { typedSearchAttributes, staticSummary, staticDetails } = purchaseStart({
        purchaseId: id,
        customerId: id,
        items: [{ pool: 'bench', quantity: 1 }],
      });
      const attributes = { typedSearchAttributes, staticSummary, staticDetails };
      await client.workflow.start('bare', { workflowId: `bare-${id}`, taskQueue: 'bare', args: [id], ...attributes });
      await reserved;
      return id;
    },
    pay: async (id) => {
      const confirmed = heard('confirmed', id);
      await client.workflow.getHandle(`bare-${id}`).signal('payment');
      await confirmed;
    },
  };
}
