-- Up Migration

-- The cart that a request to buy comes from, with the version it had: null where it comes from none.
ALTER TABLE purchase_requests ADD cart jsonb;

-- Down Migration

ALTER TABLE purchase_requests DROP cart;
