#!/usr/bin/env bash
# Puts a backup in the place of what is here, on this machine or on a new one.
#
#   sudo deploy/restore.sh BACKUP --replace-everything
#
# BACKUP is a folder made by deploy/backup.sh. The secrets it was made under must be in place first
# (deploy/secrets), and the release in this folder must be the one of the backup or a newer one.
# Everything now in the database and in the uploaded files is lost; services are down meanwhile.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

BACKUP="${1:-}"

psql_as_admin() {
    compose exec -T postgres psql --username postgres --no-psqlrc --quiet --tuples-only --no-align \
        --set ON_ERROR_STOP=1 "$@"
}

check() {
    [[ -f "$BACKUP/SHA256SUMS" ]] || { usage >&2; die "'$BACKUP' is not a backup"; }
    [[ "${2:-}" == --replace-everything ]] || die "this replaces everything; say so: restore.sh BACKUP --replace-everything"
    (cd "$BACKUP" && sha256sum --check --quiet SHA256SUMS) || die "the backup is damaged"
    "$HERE/secrets.sh" check || die "put the secrets of the backed-up installation in place first"
}

empty_database() {
    compose stop caddy gateway registry tasks admission worker
    compose up --detach --wait postgres
    local role
    for role in "${SERVICES[@]}"; do
        # A dump names the owners but does not make them; `migrate` sets their passwords afterwards.
        psql_as_admin --dbname postgres --command "do \$\$ begin create role $role login; exception when duplicate_object then null; end \$\$"
    done
    psql_as_admin --dbname postgres \
        --command 'drop database if exists onegrid with (force)' \
        --command 'create database onegrid template template0'
}

restore_files() {
    # shellcheck disable=SC2016 # expanded in the container
    compose run --rm --no-deps -T --entrypoint sh worker -euc \
        'cd /var/lib/onegrid && find registry tasks -mindepth 1 -delete && tar --extract' <"$BACKUP/files.tar"
    [[ ! -f "$BACKUP/checkpoints.tar" ]] || compose run --rm --no-deps -T --entrypoint sh worker -euc \
        'cd /var/lib/onegrid && exec tar --extract --overwrite' <"$BACKUP/checkpoints.tar"
}

# Readers of the event feeds hold cursors made of PostgreSQL transaction numbers. A new server counts
# from the start again, so the restored events would lie in its future: unseen, and ahead of all new
# ones. Where that is so, the server's count is moved past them; it stores nothing else by it.
move_transaction_count() {
    local role newest=0 epoch
    for role in "${SERVICES[@]}"; do
        [[ "$(psql_as_admin --dbname onegrid --command "select to_regclass('$role.events') is not null")" == t ]] || continue
        newest="$(psql_as_admin --dbname onegrid --command \
            "select greatest($newest, coalesce(max(xact::text::numeric), 0)) from $role.events")"
    done
    # Access records are chained in the order of these numbers.
    if [[ "$(psql_as_admin --dbname onegrid --command "select to_regclass('registry.access_sealing') is not null")" == t ]]; then
        newest="$(psql_as_admin --dbname onegrid --command \
            "select greatest($newest, (select coalesce(max(xact::text::numeric), 0) from registry.accesses))")"
    fi
    if [[ "$(psql_as_admin --dbname onegrid --command "select $newest < pg_current_xact_id()::text::numeric")" == t ]]; then
        return 0
    fi
    epoch="$(psql_as_admin --dbname onegrid --command "select floor($newest / 4294967296.0)::bigint + 1")"
    log "moving the transaction count past $newest (epoch $epoch)"
    compose stop postgres
    # shellcheck disable=SC2016 # expanded in the container
    compose run --rm --no-deps -T --entrypoint sh postgres -euc 'exec pg_resetwal --epoch="$1" --pgdata="$PGDATA"' sh "$epoch"
    compose up --detach --wait postgres
}

check "$@"
BACKUP="$(cd "$BACKUP" && pwd)"
readonly BACKUP
log "from $BACKUP"
empty_database
compose exec -T postgres pg_restore --username postgres --dbname onegrid --exit-on-error <"$BACKUP/database.dump"
log "database restored"
restore_files
move_transaction_count
# Sets the roles' passwords from the secrets, applies newer migrations, starts the services.
compose up --detach --wait
log "done; everything is up"
