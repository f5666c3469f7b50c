#!/usr/bin/env bash
# Writes one backup: the database (pg_dump) and the uploaded files, while everything runs.
#
#   sudo deploy/backup.sh [--to DIR] [--keep-days N]
#
# DIR defaults to deploy/backups. A backup is a folder onegrid-<UTC time>; it gets that name only when it
# is whole. Older ones are removed with --keep-days. The secrets are not in it: keep a copy of
# deploy/secrets elsewhere, since without the keys in it the sealed fields of no backup can be read.
set -euo pipefail
umask 077

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TO="$HERE/backups" KEEP_DAYS=""

while [[ $# -gt 0 ]]; do
    case "$1" in
        --to) TO="${2:?--to needs a folder}" && shift ;;
        --keep-days) KEEP_DAYS="${2:?--keep-days needs a number}" && shift ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift
done

mkdir -p "$TO"
TO="$(cd "$TO" && pwd)"
NAME="onegrid-$(date -u +%Y%m%dT%H%M%SZ)"
PART="$TO/.$NAME.part"
readonly NAME PART
trap 'rm -rf "$PART"' EXIT
mkdir "$PART"

# The checkpoints of the access records before it: they must not tell of blocks it does not have.
compose exec -T worker sh -euc 'cd /var/lib/onegrid && mkdir -p registry/audit && exec tar --create registry/audit' \
    >"$PART/checkpoints.tar"
# The database before the files: a file stored a moment later is then an extra, never a missing one.
compose exec -T postgres pg_dump --username postgres --dbname onegrid --format custom >"$PART/database.dump"
compose exec -T worker tar --create --directory /var/lib/onegrid registry tasks >"$PART/files.tar"
{
    printf 'made_at=%s\n' "$(date -u +%FT%TZ)"
    printf 'image=%s\n' "$(compose images --format json worker | sed -n 's/.*"Tag":"\([^"]*\)".*/\1/p')"
    printf 'postgres=%s\n' "$(compose exec -T postgres postgres --version | tr -d '\r')"
} >"$PART/about.txt"
(cd "$PART" && sha256sum database.dump files.tar checkpoints.tar about.txt >SHA256SUMS)
# A dump that cannot be listed cannot be restored either; find out now.
compose exec -T postgres pg_restore --list <"$PART/database.dump" >/dev/null
mv "$PART" "$TO/$NAME"
log "$TO/$NAME ($(du -sh "$TO/$NAME" | cut -f1))"

if [[ -n "$KEEP_DAYS" ]]; then
    find "$TO" -mindepth 1 -maxdepth 1 -type d -name 'onegrid-????????T??????Z' -mtime "+$KEEP_DAYS" \
        -print -exec rm -rf {} + | while read -r gone; do log "removed $gone"; done
fi
