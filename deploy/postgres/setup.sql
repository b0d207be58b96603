-- Roles and databases of the whole installation, for psql as a superuser. Safe to repeat: what exists is kept, and
-- passwords follow the environment, so that running it again is how a password is changed.
\set ON_ERROR_STOP on
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv owner_password BOXOFFICE_OWNER_PASSWORD
\getenv app_password BOXOFFICE_APP_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', wanted)
FROM unnest(ARRAY['temporal', 'boxoffice_owner', 'boxoffice_app']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec

ALTER ROLE temporal PASSWORD :'temporal_password';
ALTER ROLE boxoffice_owner PASSWORD :'owner_password';
ALTER ROLE boxoffice_app PASSWORD :'app_password';

SELECT format('CREATE DATABASE %I OWNER %I', wanted, owner)
FROM (VALUES ('temporal', 'temporal'), ('temporal_visibility', 'temporal'), ('boxoffice', 'boxoffice_owner'))
  AS databases (wanted, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = wanted) \gexec

-- Each database is open to its own roles alone: Temporal never reads tickets, boxoffice never reads workflow state.
REVOKE ALL ON DATABASE temporal, temporal_visibility, boxoffice FROM PUBLIC;
-- Temporary tables: read models are verified beside what is compared with them.
GRANT CONNECT, TEMPORARY ON DATABASE boxoffice TO boxoffice_app;

-- What the owner's migrations will make, the application may use but never alter: only an owner can drop or disable
-- the triggers that keep events as they were written, and only a superuser can bypass them.
\connect boxoffice
GRANT USAGE ON SCHEMA public TO boxoffice_app;
ALTER DEFAULT PRIVILEGES FOR ROLE boxoffice_owner GRANT USAGE ON SCHEMAS TO boxoffice_app;
ALTER DEFAULT PRIVILEGES FOR ROLE boxoffice_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO boxoffice_app;
ALTER DEFAULT PRIVILEGES FOR ROLE boxoffice_owner GRANT USAGE, SELECT ON SEQUENCES TO boxoffice_app;
