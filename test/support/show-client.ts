import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { showAnswer, showsAnswer } from '../../api/show-schemas';
import { type Answer, type ApiClient, parsed } from './api-client';
import type { KeyHolder } from './box-office-stack';

export type Show = z.infer<typeof showAnswer>;

const day = 86_400_000;

/** So many days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * day).toISOString();

/** A plan of a show under a name and in a venue of its own, a month ahead, changed where a test says so. */
export function newShow(changes: object = {}) {
  const id = randomUUID().slice(0, 8);
  return {
    name: `show-${id}`,
    title: 'Spring Gala',
    venue: `Hall ${id}`,
    startsAt: inDays(30),
    durationMinutes: 120,
    sections: [
      { name: 'stalls', capacity: 100, price: { amount: 5_000, currency: 'EUR' } },
      { name: 'balcony', capacity: 40, price: { amount: 3_000, currency: 'EUR' } },
    ],
    ...changes,
  };
}

export const showIn = (answer: Answer, status = 200): Show => parsed(showAnswer, answer, status);

/** What promoters do with shows, and what everybody sees of them. */
export class ShowClient {
  constructor(private readonly client: ApiClient) {}

  draft(changes: object = {}, as: KeyHolder = 'promoter'): Promise<Answer> {
    return this.client.call('POST', '/v1/shows', { as, body: newShow(changes) });
  }

  async drafted(changes: object = {}): Promise<Show> {
    return showIn(await this.draft(changes), 201);
  }

  async published(changes: object = {}): Promise<Show> {
    const { name } = await this.drafted(changes);
    return showIn(await this.steer(name, 'publish'));
  }

  async onSale(changes: object = {}): Promise<Show> {
    const { name } = await this.published(changes);
    return showIn(await this.steer(name, 'open'));
  }

  steer(name: string, command: string, body: object = {}, as: KeyHolder = 'promoter'): Promise<Answer> {
    return this.client.call('POST', `/v1/shows/${name}/${command}`, { as, body });
  }

  look(name: string, as?: KeyHolder): Promise<Answer> {
    return this.client.call('GET', `/v1/shows/${name}`, { as });
  }

  async show(name: string): Promise<Show> {
    return showIn(await this.look(name));
  }

  list(query: Readonly<Record<string, string>> = {}, as?: KeyHolder): Promise<Answer> {
    return this.client.call('GET', `/v1/shows?${new URLSearchParams(query)}`, { as });
  }

  async page(query: Readonly<Record<string, string>> = {}, as?: KeyHolder) {
    const { shows, next } = parsed(showsAnswer, await this.list(query, as), 200);
    return { names: shows.map(({ name }) => name), shows, next };
  }
}
