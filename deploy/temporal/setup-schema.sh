#!/bin/sh
# Creates or upgrades Temporal's two schemas in databases that exist already. Safe to repeat: each schema remembers its
# version. Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, the tool's own settings.
set -eu

for schema in temporal:temporal temporal_visibility:visibility; do
  database=${schema%%:*}
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/${schema##*:}"
done
