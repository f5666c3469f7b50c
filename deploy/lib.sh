# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run.

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(dirname "$HERE")"
# shellcheck disable=SC2034 # used by those who source this
readonly HERE ROOT ENV_FILE="$ROOT/.env" SERVICES=(identity registry tasks admission)

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

log() { printf '%s %s: %s\n' "$(date -u +%FT%TZ)" "$(basename "$0" .sh)" "$*"; }

# The first comment of a script is its help.
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }

# Runs where docker-compose.yml and .env are, so COMPOSE_FILE and COMPOSE_PROJECT_NAME there count.
compose() { (cd "$ROOT" && docker compose "$@"); }

# setting NAME DEFAULT: from the environment, else from .env, else the default.
setting() {
    local value="${!1:-}"
    if [[ -z "$value" && -f "$ENV_FILE" ]]; then
        value="$(sed -n "s/^$1=//p" "$ENV_FILE" | tail -1 | sed 's/^"\(.*\)"$/\1/')"
    fi
    printf '%s' "${value:-$2}"
}

# folder NAME DEFAULT: such a setting as an absolute path; compose reads it from ROOT as well.
folder() {
    local value
    value="$(setting "$1" "$2")"
    [[ "$value" == /* ]] || value="$ROOT/${value#./}"
    printf '%s' "$value"
}

secrets_folder() { folder ONEGRID_SECRETS_DIR "$HERE/secrets"; }
