# The machine's own node and npm under the paths of the official node:20-bookworm-slim.
# Made by base_images.sh a moment before.
# hadolint ignore=DL3006
FROM onegrid-stand-in/bookworm
# The newest of a stable release is what a test wants.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libstdc++6 libatomic1 \
    && rm -rf /var/lib/apt/lists/*
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node \
    && node --version && npm --version
CMD ["node"]
