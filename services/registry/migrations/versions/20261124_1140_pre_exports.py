"""Reconciliations of departments' files; exports, and the register of what was provided."""

from alembic import op

revision = "registry_exports"
down_revision = "registry_intake"
branch_labels = None
depends_on = None

RECONCILIATIONS = """
create table reconciliations (
    county text collate "C" not null,
    id uuid not null,
    within text collate "C" not null,
    domain text not null,
    organisation text collate "C" not null,
    requested_by text not null,
    requested_by_name text not null,
    role text not null,
    request_id text,
    file_name text not null,
    media_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    plan jsonb not null,
    mapping jsonb not null,
    default_on date not null,
    created_at timestamptz not null,
    state text not null default 'queued'
        constraint ck_reconciliations_state
        check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    phase text not null default 'reading'
        constraint ck_reconciliations_phase
        check (phase in ('reading', 'comparing', 'missing', 'reporting')),
    read_to integer not null default 0,
    compared_to integer not null default 0,
    listed integer not null default 0,
    progressed_in integer not null default 0,
    summary jsonb not null default '{}',
    has_file boolean not null default false,
    error jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    file_removed_at timestamptz,
    constraint pk_reconciliations primary key (county, id),
    constraint ck_reconciliations_within check (within ^@ county),
    constraint ck_reconciliations_over
        check ((finished_at is null) = (state in ('queued', 'running'))));
create index reconciliations_domain on reconciliations (county, domain, id);
create index reconciliations_sha256 on reconciliations (county, domain, sha256);

-- The file's people, sealed; of a refused row only whom it is about. Gone when it is over.
create table reconciliation_rows (
    county text collate "C" not null,
    reconciliation_id uuid not null,
    row_no integer not null,
    person bytea not null,
    observed_on date,
    sealed bytea,
    duplicate boolean not null default false,
    constraint pk_reconciliation_rows primary key (county, reconciliation_id, row_no),
    constraint fk_reconciliation_rows_reconciliation
        foreign key (county, reconciliation_id) references reconciliations);
create index reconciliation_rows_person
    on reconciliation_rows (county, reconciliation_id, person);

create table reconciliation_differences (
    county text collate "C" not null,
    reconciliation_id uuid not null,
    no integer not null,
    kind text not null
        constraint ck_reconciliation_differences_kind
        check (kind in ('added', 'missing', 'changed', 'contradicting', 'elsewhere', 'rejected')),
    field text,
    row_no integer,
    resident_id uuid,
    sealed bytea,
    constraint pk_reconciliation_differences primary key (county, reconciliation_id, no),
    constraint fk_reconciliation_differences_reconciliation
        foreign key (county, reconciliation_id) references reconciliations);
create index reconciliation_differences_kind
    on reconciliation_differences (county, reconciliation_id, kind, no);
create index reconciliation_differences_row
    on reconciliation_differences (county, reconciliation_id, row_no, no);
"""

EXPORTS = """
create table exports (
    id uuid not null constraint pk_exports primary key,
    within text collate "C" not null,
    roles text[] not null,
    domains text[] not null,
    organisation text collate "C" not null,
    requested_by text not null,
    requested_by_name text not null,
    role text not null,
    purpose text not null,
    request_id text,
    plan jsonb not null,
    filter_sealed bytea not null,
    legal_basis text not null,
    agreement text,
    most integer not null,
    created_at timestamptz not null,
    state text not null default 'queued'
        constraint ck_exports_state
        check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    tries integer not null default 0,
    residents_total integer,
    residents_done integer not null default 0,
    size_bytes bigint,
    sha256 bytea,
    has_file boolean not null default false,
    error jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    file_removed_at timestamptz,
    constraint ck_exports_over check ((finished_at is null) = (state in ('queued', 'running'))));
create index exports_organisation on exports (organisation, id);

-- What was provided to whom (网络数据安全管理条例 第十二条: kept three years at least).
create table provisions (
    id uuid not null constraint pk_provisions primary key,
    organisation text collate "C" not null,
    recipient text not null,
    recipient_name text not null,
    role text not null,
    export_id uuid not null,
    within text collate "C" not null,
    fields text[] not null,
    filtered_by text[] not null,
    residents integer not null,
    format text not null,
    sha256 bytea not null,
    purpose text not null,
    legal_basis text not null,
    agreement text,
    provided_at timestamptz not null,
    constraint fk_provisions_export foreign key (export_id) references exports);
create index provisions_export on provisions (export_id);
create index provisions_organisation on provisions (organisation, id);
"""


def upgrade() -> None:
    op.execute(RECONCILIATIONS)
    op.execute(EXPORTS)


def downgrade() -> None:
    op.execute("drop table provisions, exports")
    op.execute("drop table reconciliation_differences, reconciliation_rows, reconciliations")
