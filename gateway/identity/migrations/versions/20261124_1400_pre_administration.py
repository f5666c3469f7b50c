"""Accounts are administered over HTTP: versions, and who changed what."""

from alembic import op

revision = "20261124_1400"
down_revision = "20261124_1300"
branch_labels = None
depends_on = None

ADMINISTRATION = """
alter table accounts add column version integer not null default 1;
-- An account begins without rights; another administrator gives them.
alter table accounts drop constraint ck_accounts_roles;
create index accounts_organisation on accounts (organisation, login);

create table account_changes (
    id uuid primary key default uuidv7(),
    account_id uuid not null references accounts on delete cascade,
    changed_at timestamptz not null, changed_by uuid not null, changed_by_name text not null,
    action text not null constraint ck_account_changes_action check (action in
        ('created', 'renamed', 'rights_given', 'credentials_issued', 'disabled', 'enabled')),
    reason text not null, before jsonb not null, after jsonb not null);
create index account_changes_account_id on account_changes (account_id, id);
"""


def upgrade() -> None:
    op.execute(ADMINISTRATION)


def downgrade() -> None:
    op.execute("drop table account_changes")
    op.execute("drop index accounts_organisation")
    op.execute("delete from accounts where roles = '{}'")
    op.execute("alter table accounts add constraint ck_accounts_roles check (roles <> '{}')")
    op.execute("alter table accounts drop column version")
