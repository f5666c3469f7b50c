#!/usr/bin/env bash
# Makes the secrets of an installation, each in its own file, and changes them.
#
#   deploy/secrets.sh make [DIR]                 make what is missing; never touches what is there
#   deploy/secrets.sh check [DIR]                say what is missing, empty, weak or readable by others
#   deploy/secrets.sh rotate-database ROLE [DIR] a new password for postgres, identity, registry, …
#
# DIR defaults to ONEGRID_SECRETS_DIR, then deploy/secrets. Needs root: each file belongs to the group
# of the one container that may read it (10001 the application, 10003 PostgreSQL), mode 0640.
set -euo pipefail
umask 077

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly APP_GID=10001 POSTGRES_GID=10003
readonly DATABASE="postgres:5432/onegrid"

# put FILE GROUP, value on standard input: written beside and renamed, so no reader sees half of it.
put() {
    local target="$DIR/$1" group="$2"
    cat >"$target.new"
    chown "0:$group" "$target.new"
    chmod 0640 "$target.new"
    mv "$target.new" "$target"
}

password() { openssl rand -hex 32; }
key_256() { openssl rand -base64 32 | tr '+/' '-_' | tr -d '=\n'; }

put_database_password() {
    local role="$1" password="$2"
    if [[ "$role" == postgres ]]; then
        printf '%s' "$password" | put postgres_password "$POSTGRES_GID"
        printf 'postgresql://postgres:%s@%s' "$password" "$DATABASE" | put admin_database_url "$APP_GID"
    else
        printf 'postgresql://%s:%s@%s' "$role" "$password" "$DATABASE" | put "${role}_database_url" "$APP_GID"
    fi
}

make_all() {
    local service
    mkdir -p "$DIR"
    chmod 0700 "$DIR"
    [[ -s "$DIR/postgres_password" && -s "$DIR/admin_database_url" ]] ||
        put_database_password postgres "$(password)"
    for service in "${SERVICES[@]}"; do
        [[ -s "$DIR/${service}_database_url" ]] || put_database_password "$service" "$(password)"
        [[ -s "$DIR/${service}_key_encryption_key" ]] ||
            key_256 | put "${service}_key_encryption_key" "$APP_GID"
    done
    [[ -s "$DIR/registry_checkpoint_key" ]] || key_256 | put registry_checkpoint_key "$APP_GID"
}

# Every file there, long enough, not a word of ours, and closed to everybody else.
check_all() {
    local name file bad=0
    for name in postgres_password admin_database_url registry_checkpoint_key \
        "${SERVICES[@]/%/_database_url}" "${SERVICES[@]/%/_key_encryption_key}"; do
        file="$DIR/$name"
        if [[ ! -s "$file" ]]; then
            echo "secrets: $file is missing or empty" >&2
            bad=1
        elif [[ "$(wc -c <"$file")" -lt 32 ]]; then
            echo "secrets: $file is too short to be a secret made here" >&2
            bad=1
        elif [[ "$(stat -c %a "$file")" != 6[04]0 ]]; then
            echo "secrets: $file has mode $(stat -c %a "$file"), expected 640 or 600" >&2
            bad=1
        fi
    done
    return "$bad"
}

main() {
    local command="${1:-}"
    shift || true
    local role=""
    if [[ "$command" == rotate-database ]]; then
        role="${1:-}"
        shift || true
        [[ " postgres ${SERVICES[*]} " == *" $role "* ]] || die "no such database role: '$role'"
    fi
    DIR="${1:-$(secrets_folder)}"
    case "$command" in
        make | rotate-database)
            [[ "$(id -u)" == 0 ]] || die "needs root, to give each file to one container group"
            if [[ "$command" == make ]]; then make_all; else put_database_password "$role" "$(password)"; fi
            ;;
        check) check_all ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
}

main "$@"
