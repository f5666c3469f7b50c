"""Delegations with an end date."""

from alembic import op

revision = "20261124_1500"
down_revision = "20261124_1400"
branch_labels = None
depends_on = None

STATEMENTS = """
create table delegations (
    id uuid primary key default uuidv7(),
    lender_id uuid not null references accounts on delete cascade,
    colleague_id uuid not null references accounts on delete cascade,
    roles text[] not null constraint ck_delegations_roles check (roles <> '{}'),
    areas text[] collate "C" not null constraint ck_delegations_areas check (areas <> '{}'),
    domains text[] not null, reason text not null,
    granted_at timestamptz not null, ends_at timestamptz not null,
    revoked_at timestamptz,
    constraint ck_delegations_another check (lender_id <> colleague_id),
    -- Ninety days, and what is left of the first.
    constraint ck_delegations_span check
        (ends_at > granted_at and ends_at <= granted_at + interval '91 days'));
create index delegations_lender_id on delegations (lender_id, id);
create index delegations_colleague_id on delegations (colleague_id, id);

create table delegation_records (
    id uuid primary key default uuidv7(),
    delegation_id uuid not null references delegations on delete cascade,
    happened_at timestamptz not null, by_id uuid not null, by_name text not null,
    action text not null constraint ck_delegation_records_action check
        (action in ('granted', 'used', 'revoked')));
create index delegation_records_delegation_id on delegation_records (delegation_id, id);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("drop table delegation_records, delegations")
