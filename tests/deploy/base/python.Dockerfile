# Debian's Python 3.11 under the paths of the official python:3.11-slim-bookworm.
# hadolint ignore=DL3006 — made by base_images.sh a moment before
FROM onegrid-stand-in/bookworm
# hadolint ignore=DL3008 — the newest of a stable release is what a test wants
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates python3.11 python3.11-venv python3-pip tzdata netbase \
    && rm -rf /var/lib/apt/lists/* \
    && for name in python python3 python3.11; do ln -s /usr/bin/python3.11 "/usr/local/bin/$name"; done
ENV LANG=C.UTF-8
CMD ["python3"]
