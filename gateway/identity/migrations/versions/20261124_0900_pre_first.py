"""Accounts, clients, keys, sessions and the log of sign-ins."""

from alembic import op

revision = "20261124_0900"
down_revision = None
branch_labels = None
depends_on = None

PEOPLE_AND_SYSTEMS = """
create table accounts (
    id uuid primary key default uuidv7(),
    login text collate "C" not null constraint uq_accounts_login unique
        constraint ck_accounts_login check (login ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    name text not null, organisation text collate "C" not null,
    roles text[] not null constraint ck_accounts_roles check (roles <> '{}'),
    areas text[] collate "C" not null, domains text[] not null default '{}',
    password_hash text not null, password_changed_at timestamptz not null,
    disabled_at timestamptz, is_demo boolean not null default false,
    created_at timestamptz not null);

create table clients (
    id text collate "C" primary key
        constraint ck_clients_id check (id ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    name text not null, organisation text collate "C",
    roles text[] not null default '{}', areas text[] collate "C" not null default '{}',
    domains text[] not null default '{}',
    is_public boolean not null, secret_hash text, jwks jsonb,
    redirect_paths text[] not null default '{}', idle_limit_s integer,
    disabled_at timestamptz, is_demo boolean not null default false,
    created_at timestamptz not null default now(),
    constraint ck_clients_proof check (is_public = (secret_hash is null and jwks is null)),
    constraint ck_clients_redirects check (is_public = (redirect_paths <> '{}')),
    constraint ck_clients_organisation check (is_public = (organisation is null)));

insert into clients (id, name, is_public, redirect_paths, idle_limit_s) values
    ('field', '网格通', true, '{/field/}', null),
    ('desk', '工作台', true, '{/desk/}', 1800);
"""

SESSIONS = """
create table token_families (
    id uuid primary key, account_id uuid not null references accounts on delete cascade,
    client_id text collate "C" not null references clients, signed_in_at timestamptz not null,
    expires_at timestamptz not null, revoked_at timestamptz,
    revoked_for text constraint ck_token_families_revoked_for check (revoked_for in
        ('signed_out', 'code_reused', 'refresh_reused', 'password_changed', 'account_disabled')));
create index token_families_account_id on token_families (account_id);
create index token_families_client_id on token_families (client_id);
create index token_families_expires_at on token_families (expires_at);

create table authorization_codes (
    code_hash bytea primary key, client_id text collate "C" not null references clients,
    account_id uuid not null references accounts on delete cascade,
    redirect_uri text not null, code_challenge text not null,
    signed_in_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz,
    family_id uuid references token_families on delete cascade);
create index authorization_codes_client_id on authorization_codes (client_id);
create index authorization_codes_account_id on authorization_codes (account_id);
create index authorization_codes_family_id on authorization_codes (family_id);
create index authorization_codes_expires_at on authorization_codes (expires_at);

create table refresh_tokens (
    token_hash bytea primary key,
    family_id uuid not null references token_families on delete cascade,
    issued_at timestamptz not null, expires_at timestamptz not null,
    used_at timestamptz, successor_hash bytea);
create index refresh_tokens_family_id on refresh_tokens (family_id);

create table assertion_ids (
    client_id text collate "C" not null references clients on delete cascade,
    jti_hash bytea not null, expires_at timestamptz not null, primary key (client_id, jti_hash));
create index assertion_ids_expires_at on assertion_ids (expires_at);
"""

KEYS_AND_LOG = """
create table signing_keys (
    kid text collate "C" primary key, public_jwk jsonb not null, sealed bytea not null,
    created_at timestamptz not null, active_from timestamptz not null);

create table sign_in_guards (
    login_index bytea primary key, failures smallint not null,
    last_attempt_at timestamptz not null, locked_until timestamptz);
create index sign_in_guards_last_attempt_at on sign_in_guards (last_attempt_at);

create table sign_ins (
    id uuid primary key, occurred_at timestamptz not null,
    account_id uuid, login_index bytea, client_id text collate "C" not null,
    outcome text not null constraint ck_sign_ins_outcome check (outcome in
        ('signed_in', 'wrong_password', 'locked', 'disabled', 'client_refused')));
create index sign_ins_occurred_at on sign_ins (occurred_at);
create index sign_ins_account_id on sign_ins (account_id, occurred_at);

create table demo_loads (
    scale text not null, seed bigint not null, started_at timestamptz not null,
    finished_at timestamptz, primary key (scale, seed));
"""

MECHANISMS = """
create table idempotency_keys (
    principal text not null, key text not null, fingerprint bytea not null,
    status smallint, headers text, body bytea, claimed_at timestamptz not null default now(),
    primary key (principal, key));
create index idempotency_keys_claimed_at on idempotency_keys (claimed_at);

create table events (
    xact xid8 not null default pg_current_xact_id(), seq bigint generated always as identity,
    id uuid not null, type text not null, subject text not null, area text collate "C" not null,
    domain text, occurred_at timestamptz not null, data jsonb not null,
    primary key (xact, seq));

create table data_keys (
    id smallint generated always as identity primary key,
    purpose text not null check (purpose in ('seal', 'index')),
    wrapped bytea not null, created_at timestamptz not null default now());
"""


def upgrade() -> None:
    op.execute(PEOPLE_AND_SYSTEMS)
    op.execute(SESSIONS)
    op.execute(KEYS_AND_LOG)
    op.execute(MECHANISMS)


def downgrade() -> None:
    op.execute(
        "drop table data_keys, events, idempotency_keys, demo_loads, sign_ins, sign_in_guards, "
        "signing_keys, assertion_ids, refresh_tokens, authorization_codes, token_families, "
        "clients, accounts"
    )
