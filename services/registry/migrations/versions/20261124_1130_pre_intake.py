"""Imports: rows in packs, what became of each row, saved mappings."""

import sqlalchemy as sa
from alembic import op

revision = "registry_intake"
down_revision = "registry_authority"
branch_labels = None
depends_on = None

STATEMENTS = """
-- The rows of one step, sealed together; once they are recorded, what became of each.
create table import_packs (
    county text collate "C" not null,
    import_id uuid not null,
    last_row integer not null,
    row_nos integer[] not null,
    persons bytea[] not null,
    days date[] not null,
    refused integer[] not null,
    duplicates integer[] not null default '{}',
    sealed bytea,
    outcomes text,
    constraint pk_import_packs primary key (county, import_id, last_row),
    constraint fk_import_packs_import foreign key (county, import_id) references imports);
-- Neither indexes nor ciphertexts can be compressed; trying costs.
alter table import_packs alter column persons set storage external,
    alter column sealed set storage external;

-- An import whose rows lie in the former table begins anew: what it recorded is known again.
update imports set phase = 'staging', staged_to = 0, applied_to = 0, listed = 0, rows_total = 0,
    matched = 0, created = 0, changed = 0, rejected = 0, duplicates = 0, conflicts = 0
where state in ('queued', 'running');
delete from import_faults;
drop table import_rows;

-- Which column of a department's file is which field, kept for the next file.
create table import_mappings (
    organisation text collate "C" not null,
    id uuid not null,
    version integer not null default 1,
    name text not null,
    domain text not null,
    columns jsonb not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_import_mappings primary key (organisation, id),
    constraint uq_import_mappings_name unique (organisation, name));

alter table imports add column mapping jsonb;
"""

# Whether somebody spoke of a field before: asked for every value of a file, and a resident about
# whom files come every month has dozens of assertions.
INDEX = """
create index concurrently if not exists assertions_field on assertions (county, resident_id, field)
"""
BROKEN = """
select true from pg_index where indexrelid = to_regclass('registry.assertions_field')
    and not indisvalid
"""


def build_index() -> None:
    """Beside the writers, for as long as it takes; what a killed build left is built anew."""
    with op.get_context().autocommit_block():
        op.execute("set statement_timeout = 0; set lock_timeout = 0")
        if op.get_bind().scalar(sa.text(BROKEN)):
            op.execute("drop index concurrently assertions_field")
        op.execute(INDEX)
        op.execute("set statement_timeout = '5min'; set lock_timeout = '4s'")


def upgrade() -> None:
    build_index()
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("drop index assertions_field")
    op.execute("alter table imports drop column mapping")
    op.execute("drop table import_mappings, import_packs")
    op.execute("""
create table import_rows (
    county text collate "C" not null,
    import_id uuid not null,
    row_no integer not null,
    person bytea not null,
    observed_on date not null,
    sealed bytea not null,
    duplicate boolean not null default false,
    constraint pk_import_rows primary key (county, import_id, row_no),
    constraint fk_import_rows_import foreign key (county, import_id) references imports)
""")
