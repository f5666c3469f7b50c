"""Passwords that must be changed, clients kept over HTTP, and who people are in other houses."""

from alembic import op

revision = "20261124_1510"
down_revision = "20261124_1500"
branch_labels = None
depends_on = None

PASSWORDS = """
alter table accounts add column must_change_password boolean not null default false;

create table past_passwords (
    account_id uuid not null references accounts on delete cascade,
    replaced_at timestamptz not null, password_hash text not null,
    primary key (account_id, replaced_at));
"""

CLIENTS = """
alter table clients add column version integer not null default 1,
    add column last_used_at timestamptz,
    add column previous_secret_hash text, add column previous_secret_until timestamptz,
    add constraint ck_clients_previous check
        ((previous_secret_hash is null) = (previous_secret_until is null));
create index clients_organisation on clients (organisation, id);
"""

OTHER_HOUSES = """
create table external_ids (
    house text not null constraint ck_external_ids_house check (house in ('wecom', 'dingtalk')),
    external_id text collate "C" not null,
    account_id uuid not null references accounts on delete cascade,
    primary key (house, external_id),
    constraint uq_external_ids_account unique (account_id, house));
"""

# What is done to a client stands in the same record as what is done to an account.
RECORD = """
alter table account_changes alter column account_id drop not null,
    add column client_id text collate "C" references clients on delete cascade,
    add constraint ck_account_changes_about check ((account_id is null) <> (client_id is null)),
    drop constraint ck_account_changes_action,
    add constraint ck_account_changes_action check (action in
        ('created', 'renamed', 'rights_given', 'credentials_issued', 'disabled', 'enabled',
         'unlocked', 'linked', 'password_changed', 'authenticator_changed',
         'recovery_codes_made', 'secret_issued', 'keys_registered'));
create index account_changes_client_id on account_changes (client_id, id);
"""


def upgrade() -> None:
    op.execute(PASSWORDS)
    op.execute(CLIENTS)
    op.execute(OTHER_HOUSES)
    op.execute(RECORD)


def downgrade() -> None:
    op.execute(
        "delete from account_changes where client_id is not null or action not in "
        "('created', 'renamed', 'rights_given', 'credentials_issued', 'disabled', 'enabled')"
    )
    op.execute(
        "alter table account_changes drop constraint ck_account_changes_action, "
        "drop constraint ck_account_changes_about, drop column client_id, "
        "alter column account_id set not null, "
        "add constraint ck_account_changes_action check (action in ('created', 'renamed', "
        "'rights_given', 'credentials_issued', 'disabled', 'enabled'))"
    )
    op.execute("drop table external_ids, past_passwords")
    op.execute(
        "alter table clients drop column version, drop column last_used_at, "
        "drop column previous_secret_hash, drop column previous_secret_until"
    )
    op.execute("drop index clients_organisation")
    op.execute("alter table accounts drop column must_change_password")
