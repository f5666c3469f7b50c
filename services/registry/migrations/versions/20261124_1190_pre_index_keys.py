"""Index keys that rotate, and former names."""

from alembic import op

revision = "registry_index_keys"
down_revision = "registry_statement_keys"
branch_labels = None
depends_on = None

# While the index key rotates there are two: one that makes indexes, one that is about to or did.
PURPOSES = """
alter table data_keys drop constraint data_keys_purpose_check;
alter table data_keys add constraint data_keys_purpose_check
    check (purpose in ('seal', 'index', 'index-next', 'index-former'));
"""
FORMER_PURPOSES = """
alter table data_keys drop constraint data_keys_purpose_check;
alter table data_keys add constraint data_keys_purpose_check check (purpose in ('seal', 'index'));
"""

# An index key rotates in three walks; `key_check` tells a process whether it knows the new key.
WALKS = """
alter table key_rotations
    add column purpose text not null default 'seal'
        constraint ck_key_rotations_purpose check (purpose in ('seal', 'index')),
    add column walk smallint not null default 0,
    add column walk_at timestamptz not null default now(),
    add column key_check bytea;
"""
FORMER_WALKS = """
delete from key_rotations where purpose = 'index';
alter table key_rotations drop column purpose, drop column walk, drop column walk_at,
    drop column key_check;
"""

# As it was, and the blind index of a sealed value may be made again with it.
KEEPING = """
create or replace function refuse_rewriting() returns trigger
language plpgsql as $$
declare
    why text := coalesce(current_setting('registry.rewriting', true), '');
begin
    if why = 'resealing' and tg_op = 'UPDATE' then
        if to_jsonb(new) - '{value_sealed,value_index,old}'::text[]
                <> to_jsonb(old) - '{value_sealed,value_index,old}'::text[] then
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

# As-of reads ask what was believed of a household.
BELIEVED = """
create index membership_history_household on membership_history (county, household_id);
"""

# With what a subscription asks identity for its owner's rights; without it nothing is sent.
STANDINGS = """
alter table webhooks add column standing text,
    drop constraint ck_webhooks_stopped_for,
    add constraint ck_webhooks_stopped_for
        check (stopped_for in ('owner', 'gone', 'failing', 'rights'));
"""
FORMER_STANDINGS = """
update webhooks set stopped_for = 'owner' where stopped_for = 'rights';
alter table webhooks drop column standing,
    drop constraint ck_webhooks_stopped_for,
    add constraint ck_webhooks_stopped_for check (stopped_for in ('owner', 'gone', 'failing'));
"""


def upgrade() -> None:
    op.execute(PURPOSES)
    op.execute(STANDINGS)
    op.execute(WALKS)
    op.execute(KEEPING)
    op.execute(BELIEVED)


def downgrade() -> None:
    op.execute("drop index membership_history_household")
    op.execute(KEEPING.replace("value_sealed,value_index,old", "value_sealed,old"))
    op.execute(FORMER_WALKS)
    op.execute(FORMER_STANDINGS)
    op.execute(FORMER_PURPOSES)
