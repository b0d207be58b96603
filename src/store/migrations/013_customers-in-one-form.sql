-- Up Migration

-- Ids of customers are looked up in one form: wide or narrow, composed or not, without what cannot be seen. Those that
-- were written down as they came are brought into it, so that who asks in the new form finds them.
UPDATE customer_purchases AS c SET customer_id = f.id
FROM (
  SELECT purchase_id, regexp_replace(normalize(regexp_replace(normalize(customer_id, NFKC),
    '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]',
    '', 'g'), NFKC), '^\s+|\s+$', '', 'g') AS id
  FROM customer_purchases WHERE customer_id !~ '^[\x20-\x7e]*$'
) AS f
WHERE f.purchase_id = c.purchase_id AND f.id <> c.customer_id;

-- Down Migration

-- As they came they stand in the events.
SELECT 1;
