"""Keys that rotate while the registry runs, and what is kept no longer."""

from alembic import op

revision = "registry_keys"
down_revision = "registry_webhooks"
branch_labels = None
depends_on = None

ROTATIONS = """
create table key_rotations (
    id uuid not null default uuidv7() constraint pk_key_rotations primary key,
    key_id smallint not null,
    started_at timestamptz not null default now(),
    round integer not null default 1,
    place smallint not null default 0,
    after jsonb,
    resealed bigint not null default 0,
    in_round bigint not null default 0,
    retired smallint[] not null default '{}',
    finished_at timestamptz);
create unique index uq_key_rotations_running on key_rotations ((finished_at is null))
    where finished_at is null;

-- Sealing a value again changes nothing that anybody is shown, so no former state is kept of it.
drop trigger residents_keep_history on residents;
create trigger residents_keep_history after update on residents
    referencing old table as old_rows new table as new_rows
    for each statement
    when (coalesce(current_setting('registry.rewriting', true), '') <> 'resealing')
    execute function keep_resident_history();
"""

# As it was, and beside it: who seals again may change what is sealed, and nothing else.
KEEPING = """
create or replace function refuse_rewriting() returns trigger
language plpgsql as $$
declare
    why text := coalesce(current_setting('registry.rewriting', true), '');
begin
    if why = 'resealing' and tg_op = 'UPDATE' then
        if to_jsonb(new) - '{value_sealed,old}'::text[]
                <> to_jsonb(old) - '{value_sealed,old}'::text[] then
            why := '';
        end if;
    elsif why = 'resealing' then
        why := '';
    end if;
    if why not in ('county_move', 'retention', 'resealing') then
        raise exception '% of % is refused: its rows are kept as they are', tg_op, tg_table_name
            using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end $$;
"""
FORMER_KEEPING = """
create or replace function refuse_rewriting() returns trigger
language plpgsql as $$
begin
    if coalesce(current_setting('registry.rewriting', true), '')
            not in ('county_move', 'retention') then
        raise exception '% of % is refused: its rows are kept as they are', tg_op, tg_table_name
            using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end $$;
"""

FORMER_TRIGGER = """
drop trigger residents_keep_history on residents;
create trigger residents_keep_history after update on residents
    referencing old table as old_rows new table as new_rows
    for each statement execute function keep_resident_history();
"""

RETENTION = """
-- What was deleted because its time was over, and by which rule.
create table retention_runs (
    id uuid not null default uuidv7() constraint pk_retention_runs primary key,
    table_name text not null,
    deleted text not null,
    rows bigint not null,
    rule text not null,
    ran_at timestamptz not null default now());
"""


def upgrade() -> None:
    op.execute(ROTATIONS)
    op.execute(KEEPING)
    op.execute(RETENTION)


def downgrade() -> None:
    op.execute("drop table retention_runs, key_rotations")
    op.execute(FORMER_TRIGGER)
    op.execute(FORMER_KEEPING)
