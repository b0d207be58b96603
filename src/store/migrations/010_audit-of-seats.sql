-- Up Migration

-- What is kept of a pool from audit to audit says what is withheld as well: how many tickets, and of a numbered pool which seats.
ALTER TABLE audited_pools ADD COLUMN withheld bigint NOT NULL DEFAULT 0;
ALTER TABLE audited_pools ADD COLUMN withheld_seats jsonb NOT NULL DEFAULT '[]';

-- Down Migration

ALTER TABLE audited_pools DROP COLUMN withheld_seats;
ALTER TABLE audited_pools DROP COLUMN withheld;
