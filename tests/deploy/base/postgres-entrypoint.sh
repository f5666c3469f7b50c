#!/usr/bin/env bash
# What this project uses of the official image's entry point: POSTGRES_PASSWORD_FILE, POSTGRES_USER,
# POSTGRES_DB, POSTGRES_INITDB_ARGS, PGDATA, POSTGRES_HOST_AUTH_METHOD and
# docker-entrypoint-initdb.d/*.sql|*.sh, run once as the unprivileged user.
set -Eeuo pipefail

[[ "$1" == -* ]] && set -- postgres "$@"
[[ "$1" == "postgres" ]] || exec "$@"

: "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"

if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
    [[ -s "${POSTGRES_PASSWORD_FILE:-}" ]] || { echo "POSTGRES_PASSWORD_FILE is empty" >&2; exit 1; }
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA"
    # shellcheck disable=SC2086 # the official image splits the arguments the same way
    initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" ${POSTGRES_INITDB_ARGS:-}
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
    PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"
    export PGPASSWORD
    pg_ctl --pgdata="$PGDATA" -o "$(printf '%q ' "${@:2}") -c listen_addresses=''" -w start
    if [[ "$POSTGRES_DB" != postgres ]]; then
        psql --username "$POSTGRES_USER" --dbname postgres --no-password --set ON_ERROR_STOP=1 \
            --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
    fi
    for file in /docker-entrypoint-initdb.d/*; do
        case "$file" in
            *.sh) bash "$file" ;;
            *.sql) psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-password \
                --set ON_ERROR_STOP=1 --file "$file" ;;
        esac
    done
    pg_ctl --pgdata="$PGDATA" -m fast -w stop
    unset PGPASSWORD
fi
exec "$@"
