-- Up Migration

-- Null where an operator asked; and of a process that does not know the column, where key_holder says it.
ALTER TABLE purchase_requests ADD shop text;

-- Whose purchase or cart a stream is, where its own first event does not say so, as none did before. An operator may add to it.
CREATE TABLE stream_shops (
  stream text PRIMARY KEY,
  shop text NOT NULL
);

INSERT INTO stream_shops (stream, shop)
SELECT 'purchase-' || purchase_id, substr(key_holder, length('shop:') + 1)
FROM purchase_requests WHERE key_holder LIKE 'shop:%' AND refusal IS NULL;

INSERT INTO stream_shops (stream, shop)
SELECT 'cart-' || (cart ->> 'id'), min(substr(key_holder, length('shop:') + 1))
FROM purchase_requests WHERE key_holder LIKE 'shop:%' AND cart IS NOT NULL
GROUP BY 1 HAVING count(DISTINCT key_holder) = 1;

-- All that is told of such streams: the requests are those of processes of before that still run.
CREATE VIEW told_shops AS
SELECT stream, shop FROM stream_shops
UNION
SELECT 'purchase-' || purchase_id::text, substr(key_holder, length('shop:') + 1)
FROM purchase_requests WHERE shop IS NULL AND key_holder LIKE 'shop:%';
CREATE INDEX purchase_requests_of_older ON purchase_requests (('purchase-' || purchase_id::text))
WHERE shop IS NULL AND key_holder LIKE 'shop:%';

-- Null where the first event of the purchase does not say it.
ALTER TABLE customer_purchases ADD shop text;
CREATE INDEX customer_purchases_of_shop ON customer_purchases (customer_id, shop, purchase_id);

-- Down Migration

DROP INDEX customer_purchases_of_shop;
ALTER TABLE customer_purchases DROP shop;
DROP VIEW told_shops;
DROP TABLE stream_shops;
DROP INDEX purchase_requests_of_older;
ALTER TABLE purchase_requests DROP shop;
