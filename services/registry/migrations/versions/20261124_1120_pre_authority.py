"""Whose word counts: the authority matrix, disputes, verifications."""

from alembic import op

revision = "registry_authority"
down_revision = "registry_households"
branch_labels = None
depends_on = None

AUTHORITY = """
create table authority_versions (
    number integer not null constraint pk_authority_versions primary key,
    version integer not null default 1,
    state text not null default 'draft'
        constraint ck_authority_versions_state check (state in ('draft', 'active', 'retired')),
    base integer constraint fk_authority_versions_base references authority_versions,
    note text not null,
    made_by text not null,
    made_by_name text not null,
    organisation text collate "C" not null,
    made_at timestamptz not null default now(),
    activated_by text,
    activated_by_name text,
    activated_at timestamptz,
    retired_at timestamptz,
    former integer constraint fk_authority_versions_former references authority_versions,
    fields text[] not null default '{}',
    progress text
        constraint ck_authority_versions_progress check (progress in ('running', 'done')),
    at_county text collate "C" not null default '',
    at_resident uuid not null default '00000000-0000-0000-0000-000000000000',
    residents_seen bigint not null default 0,
    residents_changed bigint not null default 0,
    values_changed bigint not null default 0,
    applied_at timestamptz,
    constraint ck_authority_versions_activated
        check ((activated_at is null) = (state = 'draft')));
create unique index uq_authority_versions_active on authority_versions (state)
    where state = 'active';
create index authority_versions_base on authority_versions (base);
create index authority_versions_former on authority_versions (former);

create table authority_ranks (
    version integer not null
        constraint fk_authority_ranks_version references authority_versions,
    field text not null,
    domain text not null,
    rank smallint not null constraint ck_authority_ranks_rank check (rank between 1 and 99),
    max_age_days integer
        constraint ck_authority_ranks_max_age_days check (max_age_days between 1 and 36500),
    constraint pk_authority_ranks primary key (version, field, domain));

-- Each statement of a volatile function looks anew, so what is read was committed when the lock
-- was there. Activation takes the same lock alone: it waits for those who write by the old matrix.
create function active_authority() returns integer
language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtext('registry.authority'));
    return (select number from authority_versions where state = 'active');
end $$;

create table authority_simulations (
    id uuid not null constraint pk_authority_simulations primary key,
    number integer not null
        constraint fk_authority_simulations_number references authority_versions,
    against integer not null
        constraint fk_authority_simulations_against references authority_versions,
    within text collate "C" not null,
    requested_by text not null,
    state text not null default 'running'
        constraint ck_authority_simulations_state check (state in ('running', 'done')),
    at_county text collate "C" not null default '',
    at_resident uuid not null default '00000000-0000-0000-0000-000000000000',
    residents_seen bigint not null default 0,
    residents_changed bigint not null default 0,
    moves jsonb not null default '{}',
    created_at timestamptz not null default now(),
    finished_at timestamptz);
create index authority_simulations_number on authority_simulations (number);
create index authority_simulations_against on authority_simulations (against);
"""

DISAGREEMENT = """
alter table residents add column disputed text[];

create table disputes (
    county text collate "C" not null,
    id uuid not null,
    resident_id uuid not null,
    field text not null,
    state text not null default 'open'
        constraint ck_disputes_state check (state in ('open', 'upheld', 'rejected')),
    statement_sealed bytea not null,
    opened_by text not null,
    opened_by_name text not null,
    opened_role text not null,
    opened_organisation text collate "C" not null,
    opened_at timestamptz not null,
    decided_by text,
    decided_by_name text,
    decided_organisation text collate "C",
    decided_at timestamptz,
    reason_sealed bytea,
    constraint pk_disputes primary key (county, id),
    constraint fk_disputes_resident foreign key (county, resident_id) references residents,
    constraint ck_disputes_decided check ((decided_at is null) = (state = 'open')));
create index disputes_resident on disputes (county, resident_id);
create index disputes_state on disputes (county, state, id);
create unique index uq_disputes_open on disputes (county, resident_id, field)
    where state = 'open';

create table verifications (
    county text collate "C" not null,
    id uuid not null,
    resident_id uuid not null,
    field text not null,
    state text not null default 'open'
        constraint ck_verifications_state check (state in ('open', 'resolved', 'withdrawn')),
    claim_key text not null,
    claim_value jsonb,
    claim_sealed bytea,
    claim_method text not null,
    claim_domain text,
    claim_organisation text collate "C",
    claim_observed_on date not null,
    import_id uuid,
    opened_at timestamptz not null,
    outcome text
        constraint ck_verifications_outcome check (outcome in ('confirmed', 'replaced')),
    resolved_by text,
    resolved_by_name text,
    resolved_organisation text collate "C",
    resolved_at timestamptz,
    note_sealed bytea,
    constraint pk_verifications primary key (county, id),
    constraint fk_verifications_resident foreign key (county, resident_id) references residents,
    constraint ck_verifications_over check ((resolved_at is null) = (state = 'open')));
create index verifications_resident on verifications (county, resident_id, field);
create index verifications_state on verifications (county, state, id);
create unique index uq_verifications_open on verifications (county, resident_id, field)
    where state = 'open';
"""

KEEPING = """
-- When the registry learnt something is when it is written, not when the transaction began: one
-- that waited for a resident's row must not appear to have known before the one it waited for.
alter table assertions alter column recorded_at set default clock_timestamp();

-- What was said and what was shown is never edited away. Those who may move or drop such rows say
-- why, for the length of one transaction: set local registry.rewriting = 'county_move'.
create function refuse_rewriting() returns trigger
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
create trigger assertions_are_kept before update or delete on assertions
    for each row execute function refuse_rewriting();
create trigger resident_history_is_kept before update or delete on resident_history
    for each row execute function refuse_rewriting();
"""


def upgrade() -> None:
    for statements in (AUTHORITY, DISAGREEMENT, KEEPING):
        op.execute(statements)


def downgrade() -> None:
    op.execute("drop trigger resident_history_is_kept on resident_history")
    op.execute("drop trigger assertions_are_kept on assertions")
    op.execute("drop function refuse_rewriting")
    op.execute("alter table assertions alter column recorded_at set default now()")
    op.execute("drop table verifications, disputes")
    op.execute("alter table residents drop column disputed")
    op.execute("drop table authority_simulations, authority_ranks")
    op.execute("drop function active_authority")
    op.execute("drop table authority_versions")
