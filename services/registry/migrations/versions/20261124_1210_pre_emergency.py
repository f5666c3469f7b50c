"""Emergency access to a resident's record."""

from alembic import op

revision = "registry_emergency"
down_revision = "registry_audit"
branch_labels = None
depends_on = None

# What is entered stays as it is. A record's move to another county takes it along, and sealing a
# value again changes the columns named by the trigger and nothing else.
KEEPING = """
create function keep_as_entered() returns trigger
language plpgsql as $$
declare
    why text := coalesce(current_setting('registry.rewriting', true), '');
    free text[] := case why when 'county_move' then '{county}'::text[]
        when 'resealing' then tg_argv[0]::text[] end;
begin
    if why = 'retention' and tg_op = 'DELETE' then
        return old;
    end if;
    if tg_op = 'DELETE' or free is null or to_jsonb(new) - free <> to_jsonb(old) - free then
        raise exception '% of % is refused: its rows are kept as they are', tg_op, tg_table_name
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
"""

ACCESSES = """
create table emergency_accesses (
    id uuid not null constraint pk_emergency_accesses primary key,
    county text collate "C" not null,
    resident_id uuid,
    opened_by text not null,
    opened_by_name text not null,
    opened_role text not null,
    opened_organisation text collate "C" not null,
    reason text not null constraint ck_emergency_accesses_reason
        check (reason in ('life_rescue', 'disaster', 'missing_person', 'child_in_danger')),
    reason_sealed bytea not null,
    opened_at timestamptz not null,
    expires_at timestamptz not null,
    request_id text,
    constraint fk_emergency_accesses_resident foreign key (county, resident_id)
        references residents,
    constraint ck_emergency_accesses_span
        check (expires_at >= opened_at and expires_at <= opened_at + interval '1 hour'));
create index emergency_accesses_resident on emergency_accesses (county, resident_id);
create index emergency_accesses_opened on emergency_accesses (opened_by, opened_at);
create trigger emergency_accesses_keep before update or delete on emergency_accesses
    for each row execute function keep_as_entered('{reason_sealed}');

create table emergency_reviews (
    access_id uuid not null constraint pk_emergency_reviews primary key
        constraint fk_emergency_reviews_access references emergency_accesses,
    verdict text not null constraint ck_emergency_reviews_verdict
        check (verdict in ('justified', 'not_justified')),
    comment_sealed bytea not null,
    reviewed_by text not null,
    reviewed_by_name text not null,
    reviewed_organisation text collate "C" not null,
    reviewed_at timestamptz not null);
create trigger emergency_reviews_keep before update or delete on emergency_reviews
    for each row execute function keep_as_entered('{comment_sealed}');
"""


def upgrade() -> None:
    op.execute(KEEPING)
    op.execute(ACCESSES)


def downgrade() -> None:
    op.execute("drop table emergency_reviews, emergency_accesses")
    op.execute("drop function keep_as_entered")
