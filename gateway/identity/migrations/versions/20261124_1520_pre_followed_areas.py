"""Accounts follow areas that change."""

from alembic import op

revision = "20261124_1520"
down_revision = "20261124_1510"
branch_labels = None
depends_on = None

STATEMENTS = """
create table area_cursor (
    feed text primary key default 'registry' check (feed = 'registry'), cursor text);
insert into area_cursor default values;
create table area_inbox (
    event_id uuid primary key, seq bigint generated always as identity, change uuid not null,
    lineage jsonb not null, received_at timestamptz not null default now(), done_at timestamptz);
create index area_inbox_waiting on area_inbox (seq) where done_at is null;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("drop table area_inbox, area_cursor")
