"""The second factor: a person's authenticator and recovery codes."""

from alembic import op

revision = "20261124_1300"
down_revision = "20261124_0900"
branch_labels = None
depends_on = None

SECOND_FACTOR = """
create table second_factors (
    account_id uuid primary key references accounts on delete cascade,
    secret_sealed bytea not null, enrolled_at timestamptz not null,
    -- The last 30-second step whose code was accepted: a code is good once (RFC 6238 section 5.2).
    last_step bigint not null);

create table recovery_codes (
    account_id uuid not null references accounts on delete cascade,
    code_index bytea not null, used_at timestamptz,
    primary key (account_id, code_index));

alter table sign_ins drop constraint ck_sign_ins_outcome;
alter table sign_ins add constraint ck_sign_ins_outcome check (outcome in
    ('signed_in', 'wrong_password', 'wrong_code', 'locked', 'disabled', 'client_refused'));
"""


def upgrade() -> None:
    op.execute(SECOND_FACTOR)


def downgrade() -> None:
    op.execute("drop table recovery_codes, second_factors")
    op.execute("delete from sign_ins where outcome = 'wrong_code'")
    op.execute("alter table sign_ins drop constraint ck_sign_ins_outcome")
    op.execute(
        "alter table sign_ins add constraint ck_sign_ins_outcome check (outcome in "
        "('signed_in', 'wrong_password', 'locked', 'disabled', 'client_refused'))"
    )
