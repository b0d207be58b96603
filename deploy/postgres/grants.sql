-- What boxoffice_app may do, for psql in the boxoffice database after the migrations. Safe to repeat.
-- It covers tables that came another way than by default privileges, as from a restored dump, and leaves events
-- open to reading and appending only, even where a trigger is missing.
\set ON_ERROR_STOP on
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO boxoffice_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO boxoffice_app;
REVOKE UPDATE, DELETE ON events FROM boxoffice_app;
REVOKE INSERT, UPDATE, DELETE ON pgmigrations FROM boxoffice_app;
