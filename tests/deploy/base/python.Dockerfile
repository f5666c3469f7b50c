# Debian's Python 3.11 under the paths of the official python:3.11-slim-bookworm.
# Made by base_images.sh a moment before.
# hadolint ignore=DL3006
FROM onegrid-stand-in/bookworm
# The newest of a stable release is what a test wants.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates python3.11 python3.11-venv python3-pip tzdata netbase \
    && rm -rf /var/lib/apt/lists/* \
    && for name in python python3 python3.11; do ln -s /usr/bin/python3.11 "/usr/local/bin/$name"; done
ENV LANG=C.UTF-8
CMD ["python3"]
