import { z } from 'zod';
import { hasEmptySign, isVisible, sameText } from './same-text';
import { mustBeSeen } from './text';

/** The subject of a shop's key: part of a setting that is taken apart at colons and commas. */
export const shopName = z.string().regex(/^[^\s:,\p{Cc}\p{Cs}]{1,200}$/u, 'must be the subject of a key');

/** A customer belongs to the shop that names them: the same id at another shop is another person. */
export interface Customer {
  customerId: string;
  /** Not known of those whom an operator names by hand, and of those who came before it was recorded. */
  shop?: string | undefined;
}

const customerIdLength = 200;

/** An id of a customer in the form in which ids are compared: capitals count, and what cannot be seen does not. */
export const sameCustomer = (customerId: string) => sameText(customerId).trim();

/** An id of a customer from outside, which is kept in the form in which ids are compared. */
export const givenCustomerId = z
  .string()
  .overwrite(sameCustomer)
  .min(1)
  .max(customerIdLength)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters')
  .refine((id) => !hasEmptySign(id), 'must not contain signs that cannot be seen')
  .refine(isVisible, mustBeSeen);

/** The same for the same customer only, also of ids that were stored as they came; a customer without a shop is the same as none that has one. */
export function customerKey({ customerId, shop }: Customer): string {
  const id = sameCustomer(customerId);
  return shop === undefined ? id : `${shop}\n${id}`;
}
