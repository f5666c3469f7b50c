"""Alembic's environment, the same for every service; run by Alembic, never imported."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool, text

dsn: str = context.config.attributes["dsn"]
service: str = context.config.attributes["service"]

engine = create_engine(
    "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=pool.NullPool
)
with engine.connect() as connection:
    connection.execute(text("set lock_timeout = '4s'; set statement_timeout = '5min'"))
    # An index that is built beside writers waits for every snapshot: none is held long here.
    lock = text("select pg_try_advisory_lock(hashtext(:name)) or pg_sleep(0.2) is null")
    while not connection.scalar(lock, {"name": f"migrate.{service}"}):
        connection.commit()
    connection.commit()
    context.configure(
        connection=connection,
        version_table_schema=service,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
