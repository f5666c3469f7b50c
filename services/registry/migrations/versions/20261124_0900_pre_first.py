"""The one record: areas, organisations, fields, households, residents and who read them."""

from alembic import op

revision = "registry_first"
down_revision = None
branch_labels = None
depends_on = None

REFERENCE = """
create table areas (
    code text collate "C" not null constraint pk_areas primary key,
    county text collate "C" not null,
    level text not null,
    name text not null,
    name_ko text,
    name_en text,
    urban boolean not null default false,
    address text,
    valid_from date not null default '2000-01-01',
    valid_to date,
    constraint ck_areas_county check (county = left(code, 6)));
create index areas_level_code on areas (level, code);

create table organisations (
    code text collate "C" not null constraint pk_organisations primary key,
    name_zh text not null,
    name_ko text,
    name_en text,
    kind text not null,
    area text collate "C" not null constraint fk_organisations_area references areas,
    domain text);
create index organisations_area on organisations (area);

create table fields (
    code text not null constraint pk_fields primary key,
    position smallint not null,
    name_zh text not null,
    name_ko text not null,
    name_en text not null,
    type text not null,
    code_set text,
    owner_domain text not null,
    reader_domains text[] not null,
    sensitivity text not null
        constraint ck_fields_sensitivity
        check (sensitivity in ('public', 'internal', 'personal', 'sensitive')),
    freshness_days integer,
    legal_basis text not null,
    collected_by text not null
        constraint ck_fields_collected_by
        check (collected_by in ('grid_worker', 'department', 'derived')));

create table reference_loads (
    name text not null constraint pk_reference_loads primary key,
    sha256 bytea not null,
    loaded_at timestamptz not null default now());
"""

RECORD = """
create table households (
    county text collate "C" not null,
    id uuid not null,
    version integer not null default 1,
    number text,
    kind text,
    dwelling text collate "C" not null,
    address text not null default '',
    head_id uuid,
    valid_from date not null default current_date,
    valid_to date,
    constraint pk_households primary key (county, id),
    constraint ck_households_county check (county = left(dwelling, 6)));
create index households_dwelling on households (county, dwelling, id);

create table residents (
    county text collate "C" not null,
    id uuid not null,
    version integer not null default 1,
    name text not null,
    name_ko text,
    name_pinyin text,
    name_keys text[] collate "C" not null default '{}',
    sex text not null default '0',
    born_on date,
    document_kind text,
    document_sealed bytea,
    document_index bytea,
    phone_sealed bytea,
    phone_index bytea,
    residency text,
    usual_language text,
    household_id uuid,
    relation text,
    dwelling text collate "C" not null,
    grid text collate "C" generated always as (left(dwelling, 15)) stored,
    facts jsonb not null default '{}',
    observed_on date not null,
    died_on date,
    recorded_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    changed_by text not null,
    change_reason text not null,
    constraint pk_residents primary key (county, id),
    constraint fk_residents_household foreign key (county, household_id) references households,
    constraint ck_residents_county check (county = left(dwelling, 6)),
    constraint ck_residents_document check ((document_kind is null) = (document_sealed is null)));
create index residents_household on residents (county, household_id);
create index residents_dwelling on residents (county, dwelling, id);
create index residents_name_keys on residents using gin (name_keys);

alter table households add constraint fk_households_head
    foreign key (county, head_id) references residents deferrable initially deferred;
create index households_head on households (county, head_id);

create table identifiers (
    kind text not null,
    index bytea not null,
    county text collate "C" not null,
    resident_id uuid not null,
    constraint pk_identifiers primary key (kind, index),
    constraint fk_identifiers_resident foreign key (county, resident_id) references residents);
create index identifiers_resident on identifiers (county, resident_id);

create table assertions (
    county text collate "C" not null,
    resident_id uuid not null,
    id uuid not null default uuidv7(),
    field text not null,
    value jsonb,
    value_sealed bytea,
    method text not null
        constraint ck_assertions_method
        check (method in ('department_push', 'grid_visit', 'resident', 'baseline')),
    domain text,
    organisation text collate "C",
    collector text,
    observed_on date not null,
    observed_at timestamptz,
    recorded_at timestamptz not null default now(),
    import_id uuid,
    constraint pk_assertions primary key (county, resident_id, id),
    constraint fk_assertions_resident foreign key (county, resident_id) references residents,
    constraint ck_assertions_value check (value is null or value_sealed is null));
create index assertions_import_id on assertions (import_id) where import_id is not null;
"""

AUDIT = """
create table resident_history (
    county text collate "C" not null,
    resident_id uuid not null,
    version integer not null,
    old jsonb not null,
    known_from timestamptz not null,
    known_to timestamptz not null,
    changed_by text not null,
    change_reason text not null,
    constraint pk_resident_history primary key (county, resident_id, version, known_to))
    partition by range (known_to);

create table accesses (
    id uuid not null default uuidv7(),
    county text collate "C" not null,
    resident_id uuid not null,
    read_at timestamptz not null default now(),
    reader text not null,
    reader_name text not null,
    role text not null,
    organisation text collate "C" not null,
    purpose text not null,
    operation text not null,
    fields text[] not null,
    request_id text)
    partition by range (read_at);
create index accesses_resident on accesses (county, resident_id, id);
create index accesses_organisation on accesses (organisation, read_at);

create function make_partitions(first_month date, months integer) returns integer
language plpgsql as $$
declare
    parent text;
    child text;
    month date;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('registry.make_partitions'));
    foreach parent in array array['accesses', 'resident_history'] loop
        for month in
            select (date_trunc('month', first_month) + make_interval(months => n))::date
            from generate_series(0, months) n
        loop
            child := parent || to_char(month, '"_"YYYYMM');
            if to_regclass(format('registry.%I', child)) is null then
                execute format(
                    'create table %I partition of %I for values from (%L) to (%L)',
                    child, parent, month::timestamp at time zone 'Asia/Shanghai',
                    (month + interval '1 month') at time zone 'Asia/Shanghai');
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end $$;

-- A trigger and not the writers: whoever changes a resident, no former state is ever lost.
create function keep_resident_history() returns trigger
language plpgsql as $$
begin
    insert into resident_history
        (county, resident_id, version, old, known_from, known_to, changed_by, change_reason)
    select o.county, o.id, o.version, to_jsonb(o) - 'name_keys' - 'grid', o.updated_at,
        clock_timestamp(), n.changed_by, n.change_reason
    from old_rows o join new_rows n on (n.county, n.id) = (o.county, o.id);
    return null;
end $$;
create trigger residents_keep_history after update on residents
    referencing old table as old_rows new table as new_rows
    for each statement execute function keep_resident_history();
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

create table timers (
    id uuid primary key default uuidv7(),
    effect_key text not null constraint uq_timers_effect_key unique,
    kind text not null, due_at timestamptz not null, payload jsonb not null,
    leased_until timestamptz, attempts integer not null default 0, fired_at timestamptz,
    cancelled_at timestamptz, last_error text);
create index timers_due_at on timers (due_at) where fired_at is null and cancelled_at is null;

create table data_keys (
    id smallint generated always as identity primary key,
    purpose text not null check (purpose in ('seal', 'index')),
    wrapped bytea not null, created_at timestamptz not null default now());
"""

COUNTS = """
create table grid_counts (
    county text collate "C" not null,
    grid text collate "C" not null,
    households integer not null,
    residents integer not null,
    from_one_domain integer not null,
    from_two_domains integer not null,
    constraint pk_grid_counts primary key (county, grid));

-- How far the counts of a county reach: events from this transaction on came after them.
create table county_counts (
    county text collate "C" not null constraint pk_county_counts primary key,
    counted_to xid8 not null,
    counted_at timestamptz not null,
    checked_at timestamptz not null);

create table demo_loads (
    scale text not null,
    seed text not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    set_aside jsonb not null default '[]',
    constraint pk_demo_loads primary key (scale, seed));
"""

TABLES = (
    "demo_loads", "county_counts", "grid_counts", "data_keys", "timers", "events",
    "idempotency_keys", "accesses", "resident_history", "assertions", "identifiers", "residents",
    "households", "reference_loads", "fields", "organisations", "areas",
)  # fmt: skip


def upgrade() -> None:
    for statements in (REFERENCE, RECORD, AUDIT, MECHANISMS, COUNTS):
        op.execute(statements)


def downgrade() -> None:
    op.execute(f"drop table if exists {', '.join(TABLES)} cascade")
    op.execute("drop function if exists make_partitions, keep_resident_history")
