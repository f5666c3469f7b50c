"""Bulk imports: jobs, rows on their way, and what was wrong with them."""

from alembic import op

revision = "registry_imports"
down_revision = "registry_first"
branch_labels = None
depends_on = None

IMPORTS = """
create table imports (
    county text collate "C" not null,
    id uuid not null,
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
    dry_run boolean not null,
    default_on date not null,
    state text not null default 'queued'
        constraint ck_imports_state
        check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    phase text not null default 'staging'
        constraint ck_imports_phase
        check (phase in ('staging', 'matching', 'applying', 'reporting')),
    staged_to integer not null default 0,
    applied_to integer not null default 0,
    listed integer not null default 0,
    progressed_in integer not null default 0,
    rows_total integer not null default 0,
    matched integer not null default 0,
    created integer not null default 0,
    changed integer not null default 0,
    rejected integer not null default 0,
    duplicates integer not null default 0,
    conflicts integer not null default 0,
    has_errors boolean not null default false,
    error jsonb,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    file_removed_at timestamptz,
    constraint pk_imports primary key (county, id),
    constraint ck_imports_over check ((finished_at is null) = (state in ('queued', 'running'))));
create index imports_domain on imports (county, domain, id);
create index imports_sha256 on imports (county, domain, sha256);

-- Sealed rows on their way into the record; gone when the import is over.
create table import_rows (
    county text collate "C" not null,
    import_id uuid not null,
    row_no integer not null,
    person bytea not null,
    observed_on date not null,
    sealed bytea not null,
    duplicate boolean not null default false,
    constraint pk_import_rows primary key (county, import_id, row_no),
    constraint fk_import_rows_import foreign key (county, import_id) references imports);

create table import_faults (
    county text collate "C" not null,
    import_id uuid not null,
    row_no integer not null,
    place smallint not null,
    heading text not null,
    code text not null,
    reason text not null,
    warning boolean not null,
    constraint pk_import_faults primary key (county, import_id, row_no, place),
    constraint fk_import_faults_import foreign key (county, import_id) references imports);

-- Equal sealed values have equal indexes: how the same statement is known when it comes again.
alter table assertions add column value_index bytea;
"""


def upgrade() -> None:
    op.execute(IMPORTS)


def downgrade() -> None:
    op.execute("alter table assertions drop column value_index")
    op.execute("drop table import_faults, import_rows, imports")
