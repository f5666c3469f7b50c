#!/usr/bin/env bash
# Chromium and a Chinese-Korean font for the browser tests, from Debian, where they are missing and we are root.
set -euo pipefail
if command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi "cjk"; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The browser tests need Chromium and a CJK font: apt-get install chromium fonts-noto-cjk" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
