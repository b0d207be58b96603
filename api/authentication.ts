import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem';

export const roles = ['shop', 'promoter', 'gate', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Who holds the key of a request. */
export interface Caller {
  role: Role;
  subject: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** The keys of `BOXOFFICE_KEYS`, kept as SHA-256 and compared in constant time. */
export class Keyring {
  private readonly entries: readonly { caller: Caller; digest: Buffer }[];

  /** @param keys comma list of `role:subject:key`, well formed (the settings are checked at the start). */
  constructor(keys: string) {
    this.entries = keys.split(',').map((entry) => {
      const [role = '', subject = '', key = ''] = entry.trim().split(':');
      const known = roles.find((each) => each === role);
      if (!known || subject === '' || key === '') throw new Error('keys must be a comma list of role:subject:key');
      return { caller: { role: known, subject }, digest: sha256(key) };
    });
  }

  /** Whoever the header names; undefined without a header, and for a key that is not ours. */
  caller(authorization: string | undefined): Caller | undefined {
    const [, key] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (key === undefined) return undefined;
    const digest = sha256(key);
    let found: Caller | undefined;
    // Every entry is compared, so that the time taken says nothing about which one matched.
    for (const entry of this.entries) if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
    return found;
  }
}

export function unauthorized(): Problem {
  const detail = 'Send a key that is known here: Authorization: Bearer <key>.';
  return new Problem('unauthorized', detail, {}, { 'WWW-Authenticate': 'Bearer' });
}

/** The caller, when it has one of the roles; an operator may do everything. */
export function requireRole(caller: Caller | undefined, allowed: readonly Role[]): Caller {
  if (!caller) throw unauthorized();
  if (caller.role !== 'operator' && !allowed.includes(caller.role)) {
    const wanted = [...new Set<Role>([...allowed, 'operator'])].join(' or ');
    throw new Problem('forbidden', `This needs a key of the role ${wanted}; yours is ${caller.role}.`);
  }
  return caller;
}

/** The shop for whose customers the caller acts; none for an operator. */
export const shopOf = ({ role, subject }: Caller) => (role === 'shop' ? subject : undefined);

/** Whether what a shop made is open to this caller: its own to a shop, all to an operator. */
export const isOfShop = ({ shop }: { shop?: string | undefined }, caller: Caller) =>
  caller.role === 'operator' || (shop !== undefined && shop === shopOf(caller));
