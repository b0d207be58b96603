-- What boxoffice_app may do, for psql in the boxoffice database after the migrations. Safe to repeat.
-- It covers what came another way than by default privileges, as from a restored dump, and leaves events open to
-- reading and appending only, even where a trigger is missing.
\set ON_ERROR_STOP on

SELECT format('GRANT USAGE ON SCHEMA %I TO boxoffice_app', nspname),
  format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO boxoffice_app', nspname),
  format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO boxoffice_app', nspname)
FROM pg_namespace WHERE nspname = 'public' OR nspowner = 'boxoffice_owner'::regrole \gexec

REVOKE UPDATE, DELETE ON events FROM boxoffice_app;
REVOKE INSERT, UPDATE, DELETE ON migrations FROM boxoffice_app;
