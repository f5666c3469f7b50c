"""The registers the law asks for."""

from alembic import op

revision = "registry_registers"
down_revision = "registry_emergency"
branch_labels = None
depends_on = None

ENTRIES = """
create table register_entries (
    register text not null constraint ck_register_entries_register check (register in
        ('sharing_agreement', 'impact_assessment', 'notice', 'breach')),
    entry uuid not null,
    version integer not null constraint ck_register_entries_version check (version > 0),
    area text collate "C" not null,
    valid_from date not null,
    valid_until date,
    content jsonb not null,
    receiver text collate "C" generated always as (content ->> 'receiver') stored,
    reason text,
    entered_by text not null,
    entered_by_name text not null,
    entered_organisation text collate "C" not null,
    entered_at timestamptz not null default now(),
    constraint pk_register_entries primary key (entry, version),
    constraint ck_register_entries_days check (valid_until > valid_from),
    constraint ck_register_entries_reason check ((version = 1) = (reason is null)));
create index register_entries_register on register_entries (register, entry);
create index register_entries_receiver on register_entries (receiver) where receiver is not null;
create trigger register_entries_keep before update or delete on register_entries
    for each row execute function keep_as_entered('{}');
"""

CONSENTS = """
create table consents (
    id uuid not null constraint pk_consents primary key,
    county text collate "C" not null,
    resident_id uuid not null,
    notice uuid not null,
    notice_version integer not null,
    is_given boolean not null,
    said_by text not null constraint ck_consents_said_by
        check (said_by in ('resident', 'guardian')),
    recorded_by text not null,
    recorded_by_name text not null,
    recorded_organisation text collate "C" not null,
    recorded_at timestamptz not null default now(),
    constraint fk_consents_resident foreign key (county, resident_id) references residents,
    constraint fk_consents_notice foreign key (notice, notice_version) references register_entries);
create index consents_resident on consents (county, resident_id, notice);
create index consents_notice on consents (notice, notice_version);
create trigger consents_keep before update or delete on consents
    for each row execute function keep_as_entered('{}');
create index retention_runs_ran on retention_runs (ran_at);
"""


def upgrade() -> None:
    op.execute(ENTRIES)
    op.execute(CONSENTS)


def downgrade() -> None:
    op.execute("drop index retention_runs_ran")
    op.execute("drop table consents, register_entries")
