#!/usr/bin/env bash
# A test tool: makes sure a Docker engine with Compose 2 answers, on a Debian machine that is ours to change.
#
#   tests/deploy/engine.sh start   install what is missing, start dockerd if none answers
#   tests/deploy/engine.sh stop    stop the dockerd that `start` started
set -euo pipefail

readonly STATE=/run/onegrid-test-engine
readonly DATA=/var/lib/docker-onegrid
readonly PLUGINS=/usr/local/lib/docker/cli-plugins

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

install_packages() {
    local missing=() pair
    for pair in dockerd:docker.io debootstrap:debootstrap openssl:openssl; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    [[ "${#missing[@]}" == 0 ]] && return
    apt-get update --quiet=2
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}"
}

# Debian 12 has Compose 1 only. The static plugins of the next release run as they are; they are taken
# from the mirror this machine is set up with.
install_plugins() {
    if docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; then return; fi
    local work mirror options
    work="$(mktemp -d)"
    # shellcheck disable=SC2016 # apt expands it
    mirror="$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/$')"
    mkdir -p "$work/lists/partial" "$PLUGINS"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" >"$work/sources.list"
    options=(
        -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root
    )
    apt-get "${options[@]}" --quiet=2 update
    (cd "$work" && apt-get "${options[@]}" --quiet=2 download docker-compose docker-buildx)
    local package
    for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$work/root"; done
    cp "$work"/root/usr/libexec/docker/cli-plugins/docker-* "$PLUGINS/"
    rm -rf "$work"
}

start() {
    install_packages
    install_plugins
    answers && { echo "engine: answers already"; return; }
    mkdir -p "$STATE"
    setsid dockerd --data-root "$DATA" --pidfile "$STATE/pid" >"$STATE/log" 2>&1 &
    local waited=0
    until answers; do
        sleep 1
        waited=$((waited + 1))
        [[ "$waited" -lt 60 ]] || { tail -20 "$STATE/log" >&2; echo "engine: dockerd does not start" >&2; exit 1; }
    done
    echo "engine: started in $waited s, $(docker info --format '{{.ServerVersion}} {{.Driver}}'), log $STATE/log"
}

stop() {
    [[ -f "$STATE/pid" ]] || { echo "engine: not ours, not stopped"; return; }
    kill "$(cat "$STATE/pid")"
}

case "${1:-}" in
    start | stop) "$1" ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
