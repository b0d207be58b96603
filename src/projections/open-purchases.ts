import { purchaseStream } from '../domain';

const prefix = purchaseStream('');

/**
 * SQL: the purchases that were open at the last audit and still are, as the read model has them: rows `(stream, status, updated_at,
 * expires_at)`. It asks for these alone, one by one, however many have come to their end.
 */
export const openPurchases = `
  SELECT a.stream, p.status, p.updated_at, (p.details ->> 'expiresAt')::timestamptz AS expires_at
  FROM (SELECT stream, substr(stream, ${prefix.length + 1})::uuid AS id FROM audit_again WHERE starts_with(stream, '${prefix}') OFFSET 0) a
  CROSS JOIN LATERAL (SELECT * FROM purchases WHERE id = a.id OFFSET 0) p
  WHERE p.status IN ('reserved', 'paying')`;
