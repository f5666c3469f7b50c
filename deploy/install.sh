#!/usr/bin/env bash
# Installs OneGrid on this machine, or brings an installation to the release in this folder.
#
#   sudo deploy/install.sh --check             only look whether it would work; changes nothing
#   sudo deploy/install.sh --domain NAME       install; NAME is what people will type
#   sudo deploy/install.sh                     again: keeps settings, secrets and data
#
# Everything is checked before anything is done. A step that fails can be run again: each does only
# what is still to do.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly NEED_MEMORY_MB=3500 NEED_DISK_MB=15000
CHECK_ONLY=0 DOMAIN="" PROBLEMS=0

say() { printf '%s\n' "$*"; }
problem() { printf '  ✗ %s\n' "$*" >&2; PROBLEMS=$((PROBLEMS + 1)); }
good() { printf '  ✓ %s\n' "$*"; }
# expect WHEN_TRUE WHEN_FALSE COMMAND…: runs the command and reports.
expect() {
    local true_text="$1" false_text="$2"
    shift 2
    if "$@"; then good "$true_text"; else problem "$false_text"; fi
}

at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1)" == "$2" ]]; }

# ------------------------------------------------------------------ checks, all without effects

check_tools() {
    expect "run as root" "run it with sudo: secrets are given to container groups" test "$(id -u)" = 0
    expect "openssl" "openssl is missing (apt install openssl)" test -n "$(command -v openssl)"
    local engine compose_version
    if ! engine="$(docker version --format '{{.Server.Version}}' 2>/dev/null)"; then
        problem "no Docker engine answers (docker version)"
        return
    fi
    expect "Docker engine $engine" "Docker engine $engine is older than 20.10" at_least "${engine%%[+~-]*}" 20.10
    compose_version="$(docker compose version --short 2>/dev/null || true)"
    if [[ -n "$compose_version" ]] && at_least "${compose_version#v}" 2.20; then
        good "docker compose $compose_version"
    else
        problem "docker compose 2.20 or newer is needed, found: ${compose_version:-none}"
    fi
}

check_room() {
    local memory disk where
    memory="$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)"
    expect "memory $memory MB" "memory $memory MB, needed $NEED_MEMORY_MB" test "$memory" -ge "$NEED_MEMORY_MB"
    where="$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || true)"
    [[ -d "$where" ]] || where=/
    disk="$(df -Pm "$where" | awk 'NR == 2 {print $4}')"
    expect "disk $disk MB free in $where" "disk $disk MB free in $where, needed $NEED_DISK_MB" \
        test "$disk" -ge "$NEED_DISK_MB"
}

# A port is fine when nobody listens, or when our own installation does.
check_port() {
    local port="$1"
    if [[ -n "$(compose ps --quiet caddy 2>/dev/null)" ]] || ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        good "port $port"
    else
        problem "port $port is taken by another program (ss -ltnp 'sport = :$port')"
    fi
}

check_settings() {
    local domain tls bind_http bind_https
    domain="${DOMAIN:-$(setting ONEGRID_DOMAIN "")}"
    tls="$(setting ONEGRID_TLS internal)"
    if [[ -z "$domain" ]]; then
        problem "which name will people type? give --domain NAME"
    elif [[ ! "$domain" =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]]; then
        problem "'$domain' is not a host name (no scheme, no port, no slash)"
    else
        good "domain $domain"
    fi
    if [[ "$tls" == /certs/* ]]; then
        check_certificate "$tls"
    else
        good "certificate: $tls"
    fi
    bind_http="$(setting ONEGRID_HTTP_PORT 80)"
    bind_https="$(setting ONEGRID_HTTPS_PORT 443)"
    check_port "$bind_http"
    check_port "$bind_https"
}

check_certificate() {
    local file certs
    certs="$(folder ONEGRID_CERTS_DIR "$HERE/certs")"
    for file in $1; do
        expect "certificate file $file" "$certs/${file#/certs/} is missing" test -s "$certs/${file#/certs/}"
    done
}

check_secrets() {
    local secrets
    secrets="$(secrets_folder)"
    if compgen -G "$secrets/*_*" >/dev/null; then
        expect "secrets in $secrets" "secrets in $secrets need attention; restore them from your backup" \
            "$HERE/secrets.sh" check "$secrets"
    elif docker volume inspect "$(project)_postgres" >/dev/null 2>&1; then
        problem "there is a database but no secrets in $secrets: restore them from your backup, new ones would not open it"
    else
        good "secrets will be made in $secrets"
    fi
}

project() { setting COMPOSE_PROJECT_NAME onegrid; }

preflight() {
    say "Checking this machine"
    check_tools
    check_room
    check_settings
    check_secrets
    if [[ "$PROBLEMS" -gt 0 ]]; then
        say "$PROBLEMS problem(s); nothing was changed."
        exit 1
    fi
}

# ------------------------------------------------------------------ steps

write_settings() {
    if [[ ! -f "$ENV_FILE" ]]; then
        cp "$HERE/env.example" "$ENV_FILE"
        chmod 0644 "$ENV_FILE"
        DOMAIN="${DOMAIN:-$(setting ONEGRID_DOMAIN localhost)}"
    fi
    [[ -n "$DOMAIN" ]] || return 0
    sed -i "s/^ONEGRID_DOMAIN=.*/ONEGRID_DOMAIN=$DOMAIN/" "$ENV_FILE"
}

make_secrets() {
    local build file
    "$HERE/secrets.sh" make "$(secrets_folder)"
    # Compose wants every file it names, also the optional ones of the build.
    build="$(folder ONEGRID_BUILD_DIR "$HERE/build")"
    mkdir -p "$build"
    for file in pip.conf npmrc ca.crt; do [[ -e "$build/$file" ]] || : >"$build/$file"; done
}

get_images() {
    if [[ "$(setting ONEGRID_VERSION local)" == local ]]; then
        compose build --quiet
    else
        compose pull --quiet
    fi
}

start() { compose up --detach --wait --remove-orphans; }

step() {
    local started="$SECONDS"
    say "$1 …"
    "$2"
    say "  done in $((SECONDS - started)) s"
}

farewell() {
    local domain port
    domain="$(setting ONEGRID_DOMAIN localhost)"
    port="$(setting ONEGRID_HTTPS_PORT 443)"
    say "OneGrid answers at https://$domain$([[ "$port" == 443 ]] || printf ':%s' "$port")/"
    if [[ "$(setting ONEGRID_TLS internal)" == internal ]]; then
        say "Its certificate is from its own CA; give devices this root (docs/how-to/deploy.md):"
        say "  docker compose exec -T caddy cat /var/lib/caddy/data/caddy/pki/authorities/local/root.crt > onegrid-root.crt"
    fi
    say "Back up $(secrets_folder) now, away from the database: without it no backup opens."
}

main() {
    while [[ $# -gt 0 ]]; do
        case "$1" in
            --check) CHECK_ONLY=1 ;;
            --domain)
                DOMAIN="${2:?--domain needs a name}"
                shift
                ;;
            --help | -h)
                usage
                exit 0
                ;;
            *)
                say "no such option: $1 (see --help)" >&2
                exit 2
                ;;
        esac
        shift
    done
    preflight
    [[ "$CHECK_ONLY" == 0 ]] || { say "It would work; nothing was changed."; exit 0; }
    step "Settings" write_settings
    step "Secrets" make_secrets
    step "Images" get_images
    step "Database, services, TLS" start
    farewell
}

main "$@"
