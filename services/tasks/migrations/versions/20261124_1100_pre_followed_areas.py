"""Tasks follow areas that change."""

from alembic import op

revision = "20261124_1100"
down_revision = "20261124_0900"
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
create table area_doubts (
    event_id uuid not null references area_inbox, place text not null, row_key text not null,
    code text not null, found_at timestamptz not null default now(),
    primary key (event_id, place, row_key));

-- What was is never changed, but the area of a closed whistle may get another code.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and tg_table_name = 'whistles'
       and coalesce(current_setting('onegrid.following', true), '') <> ''
       and to_jsonb(new) - 'area' - 'street' = to_jsonb(old) - 'area' - 'street' then
        return new;
    end if;
    raise exception 'rows of % are never changed', tg_table_name
        using errcode = 'restrict_violation';
end $$;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("""
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed', tg_table_name
        using errcode = 'restrict_violation';
end $$;
drop table area_doubts, area_inbox, area_cursor;
""")
