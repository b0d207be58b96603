import { z } from 'zod';

/** The subject of a shop's key: part of a setting that is taken apart at colons and commas. */
export const shopName = z.string().regex(/^[^\s:,\p{Cc}\p{Cs}]{1,200}$/u, 'must be the subject of a key');

/** A customer belongs to the shop that names them: the same id at another shop is another person. */
export interface Customer {
  customerId: string;
  /** Not known of those whom an operator names by hand, and of those who came before it was recorded. */
  shop?: string | undefined;
}

/** The same for the same customer only; a customer without a shop is the same as none that has one. */
export const customerKey = ({ customerId, shop }: Customer) =>
  shop === undefined ? customerId : `${shop}\n${customerId}`;
