#!/usr/bin/env bash
# Changes database passwords while everything runs.
#
#   sudo deploy/rotate.sh ROLE…    identity, registry, tasks, admission, postgres, or all
#
# Each role gets a new random password, in its secret file and in PostgreSQL, and the containers that
# use it are started again (some seconds each; callers see 503 with Retry-After at worst).
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Which container signs in as a role; the worker signs in as all.
container_of() { if [[ "$1" == identity ]]; then echo gateway; else echo "$1"; fi; }

rotate_superuser() {
    # The operator's way in is the socket, which asks for no password. The statement goes through
    # standard input, so the password is on no command line.
    printf "alter role postgres password '%s';\n" "$(cat "$(secrets_folder)/postgres_password")" |
        compose exec -T postgres psql --username postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1
}

main() {
    local roles=("$@") role containers=()
    [[ $# -gt 0 ]] || { usage >&2; exit 2; }
    [[ "$*" == all ]] && roles=("${SERVICES[@]}" postgres)
    for role in "${roles[@]}"; do "$HERE/secrets.sh" rotate-database "$role"; done
    for role in "${roles[@]}"; do
        if [[ "$role" == postgres ]]; then rotate_superuser; else containers+=("$(container_of "$role")"); fi
    done
    if [[ "${#containers[@]}" -gt 0 ]]; then
        compose run --rm --no-deps -T migrate
        compose up --detach --wait --no-deps --force-recreate "${containers[@]}" worker
    fi
    log "new passwords for: ${roles[*]}"
}

main "$@"
