"""Households and memberships in time, documents, life events, moves between counties."""

from alembic import op

revision = "registry_households"
down_revision = "registry_areas"
branch_labels = None
depends_on = None

PERIODS = """
alter table residents add column left_on date;
alter table households
    add column changed_by text not null default 'registry',
    add column change_reason text not null default 'registry';

-- The resident comes before the county in the keys of periods: a GiST index is built seven times
-- faster that way. Memberships name a household of any county, so no foreign key leads there.
create table memberships (
    county text collate "C" not null,
    resident_id uuid not null,
    basis text not null
        constraint ck_memberships_basis check (basis in ('living', 'registered')),
    household_id uuid not null,
    relation text,
    dwelling text collate "C",
    valid daterange not null,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_by text not null,
    change_reason text not null,
    constraint pk_memberships primary key (resident_id, county, basis, valid without overlaps),
    constraint fk_memberships_resident foreign key (resident_id, county)
        references residents (id, county));
create index memberships_household on memberships (county, household_id);

create table household_dwellings (
    county text collate "C" not null,
    household_id uuid not null,
    dwelling text collate "C" not null,
    use text not null
        constraint ck_household_dwellings_use check (use in ('main', 'second', 'other')),
    valid daterange not null,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_by text not null,
    change_reason text not null,
    constraint pk_household_dwellings
        primary key (household_id, county, dwelling, valid without overlaps),
    constraint fk_household_dwellings_household foreign key (household_id, county)
        references households (id, county),
    constraint ex_household_dwellings_main exclude using gist
        (household_id with =, county with =, valid with &&) where (use = 'main'));
create index household_dwellings_dwelling on household_dwellings (county, dwelling);

-- Not `resident_id`: who heads a household may leave for another county, the period stays.
create table household_heads (
    county text collate "C" not null,
    household_id uuid not null,
    head_id uuid not null,
    valid daterange not null,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_by text not null,
    change_reason text not null,
    constraint pk_household_heads primary key (household_id, county, valid without overlaps),
    constraint fk_household_heads_household foreign key (household_id, county)
        references households (id, county));

create table membership_history (
    county text collate "C" not null,
    resident_id uuid not null,
    basis text not null,
    household_id uuid not null,
    relation text,
    dwelling text collate "C",
    valid daterange not null,
    known_from timestamptz not null,
    known_to timestamptz not null,
    changed_by text not null,
    change_reason text not null)
    partition by range (known_to);
create index membership_history_resident on membership_history (county, resident_id);

create table household_history (
    county text collate "C" not null,
    household_id uuid not null,
    what text not null,
    old jsonb not null,
    valid daterange not null,
    known_from timestamptz not null,
    known_to timestamptz not null,
    changed_by text not null,
    change_reason text not null)
    partition by range (known_to);
create index household_history_household on household_history (county, household_id);

create table period_fills (
    name text not null constraint pk_period_fills primary key,
    at_county text collate "C" not null default '',
    at_id uuid not null default '00000000-0000-0000-0000-000000000000',
    rows_done bigint not null default 0,
    finished_at timestamptz);
"""

KEEPING = """
-- Every table partitioned here is so by the instant at which something was known or read.
create or replace function make_partitions(first_month date, months integer) returns integer
language plpgsql as $$
declare
    parent text;
    child text;
    month date;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('registry.make_partitions'));
    for parent in
        select relname from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'p'
            and not relispartition
        order by relname
    loop
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

-- What is kept of a resident goes where the resident goes, even if it names a household.
create or replace function tables_keyed_by(key text) returns setof regclass
language sql stable as $$
    select c.oid::regclass from pg_class c
    where c.relnamespace = 'registry'::regnamespace and c.relkind in ('r', 'p')
        and not c.relispartition
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'county')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = key)
        and (key = 'resident_id' or not exists (
            select from pg_attribute a where a.attrelid = c.oid and a.attname = 'resident_id'))
        and c.oid <> 'residents'::regclass
    order by c.oid::regclass::text
$$;

create function keep_membership_history() returns trigger
language plpgsql as $$
begin
    insert into membership_history (county, resident_id, basis, household_id, relation, dwelling,
        valid, known_from, known_to, changed_by, change_reason)
    values (old.county, old.resident_id, old.basis, old.household_id, old.relation, old.dwelling,
        old.valid, old.recorded_at, clock_timestamp(), coalesce(new.changed_by, old.changed_by),
        coalesce(new.change_reason, old.change_reason));
    return null;
end $$;
create trigger memberships_keep_history after update on memberships for each row
    when ((old.household_id, old.relation, old.dwelling, old.valid)
        is distinct from (new.household_id, new.relation, new.dwelling, new.valid))
    execute function keep_membership_history();
create trigger memberships_keep_deleted after delete on memberships for each row
    execute function keep_membership_history();

create function keep_household_history() returns trigger
language plpgsql as $$
begin
    insert into household_history
        (county, household_id, what, old, valid, known_from, known_to, changed_by, change_reason)
    values (old.county, old.household_id, tg_argv[0],
        to_jsonb(old) - '{county,household_id,valid,recorded_at,changed_by,change_reason}'::text[],
        old.valid, old.recorded_at, clock_timestamp(), coalesce(new.changed_by, old.changed_by),
        coalesce(new.change_reason, old.change_reason));
    return null;
end $$;
create trigger household_dwellings_keep_history after update on household_dwellings for each row
    when ((old.dwelling, old.use, old.valid) is distinct from (new.dwelling, new.use, new.valid))
    execute function keep_household_history('dwelling');
create trigger household_dwellings_keep_deleted after delete on household_dwellings for each row
    execute function keep_household_history('dwelling');
create trigger household_heads_keep_history after update on household_heads for each row
    when ((old.head_id, old.valid) is distinct from (new.head_id, new.valid))
    execute function keep_household_history('head');
create trigger household_heads_keep_deleted after delete on household_heads for each row
    execute function keep_household_history('head');

-- The day from which a change counts: today, unless the transaction says which.
create function effective_on(otherwise date default null) returns date
language sql stable as $$
    select coalesce(nullif(current_setting('registry.effective_on', true), '')::date, otherwise,
        (clock_timestamp() at time zone 'Asia/Shanghai')::date)
$$;
"""

SETTLING = """
-- From `day` on a resident belongs to this household in this way; null: to none. A period that
-- began on the day itself is put right in place; one that ended there, with the same content,
-- goes on.
create function settle_membership(given_county text, given_resident uuid, given_basis text,
    new_household uuid, new_relation text, new_dwelling text, day date, who text, why text)
returns void
language plpgsql as $$
declare
    present memberships;
    former memberships;
    is_open boolean;
begin
    select * into present from memberships m
    where m.resident_id = given_resident and m.county = given_county and m.basis = given_basis
        and upper_inf(m.valid);
    is_open := found;
    if is_open and (present.household_id, present.relation, present.dwelling)
            is not distinct from (new_household, new_relation, new_dwelling) then
        return;
    elsif is_open and lower(present.valid) < day then
        update memberships m set valid = daterange(lower(m.valid), day),
            recorded_at = clock_timestamp(), changed_by = who, change_reason = why
        where m.resident_id = given_resident and m.county = given_county
            and m.basis = given_basis and upper_inf(m.valid);
        is_open := false;
    end if;
    if new_household is not null then
        select * into former from memberships m
        where m.resident_id = given_resident and m.county = given_county
            and m.basis = given_basis and upper(m.valid) = day
            and (m.household_id, m.relation, m.dwelling)
                is not distinct from (new_household, new_relation, new_dwelling);
    end if;
    if is_open and (new_household is null or former.valid is not null) then
        update memberships m set changed_by = who, change_reason = why
        where m.resident_id = given_resident and m.county = given_county
            and m.basis = given_basis and upper_inf(m.valid);
        delete from memberships m
        where m.resident_id = given_resident and m.county = given_county
            and m.basis = given_basis and upper_inf(m.valid);
    end if;
    if new_household is null then
        return;
    elsif former.valid is not null then
        update memberships m set valid = daterange(lower(m.valid), null),
            recorded_at = clock_timestamp(), changed_by = who, change_reason = why
        where m.resident_id = given_resident and m.county = given_county
            and m.basis = given_basis and m.valid = former.valid;
    elsif is_open then
        update memberships m set household_id = new_household, relation = new_relation,
            dwelling = new_dwelling, valid = daterange(least(lower(m.valid), day), null),
            recorded_at = clock_timestamp(), changed_by = who,
            change_reason = why
        where m.resident_id = given_resident and m.county = given_county
            and m.basis = given_basis and upper_inf(m.valid);
    else
        insert into memberships (county, resident_id, basis, household_id, relation, dwelling,
            valid, changed_by, change_reason)
        values (given_county, given_resident, given_basis, new_household, new_relation,
            new_dwelling, daterange(day, null), who, why);
    end if;
end $$;

-- Likewise for the head and the main dwelling of a household; one that is over has neither.
create function settle_household(h households, day date) returns void
language plpgsql as $$
declare
    lives boolean := h.valid_to is null;
    dwelling_since date;
    head_since date;
    same boolean;
begin
    -- On its way from another county: its periods follow, then this is done again.
    if exists (select from household_dwellings d
            where d.household_id = h.id and d.county <> h.county) then
        return;
    end if;
    update household_dwellings d set changed_by = h.changed_by, change_reason = h.change_reason,
        recorded_at = case when lower(d.valid) < day then clock_timestamp() else d.recorded_at end,
        valid = case when lower(d.valid) < day then daterange(lower(d.valid), day) else d.valid end
    where d.household_id = h.id and d.county = h.county and upper_inf(d.valid)
        and (not lives or (d.use = 'main') <> (d.dwelling = h.dwelling));
    delete from household_dwellings d
    where d.household_id = h.id and d.county = h.county and upper_inf(d.valid)
        and (not lives or (d.use = 'main') <> (d.dwelling = h.dwelling));
    same := exists (select from household_dwellings d
        where d.household_id = h.id and d.county = h.county and upper_inf(d.valid)
            and d.use = 'main' and d.dwelling = h.dwelling);
    if lives and not same then
        update household_dwellings d set valid = daterange(lower(d.valid), null),
            recorded_at = clock_timestamp(), changed_by = h.changed_by,
            change_reason = h.change_reason
        where d.household_id = h.id and d.county = h.county and upper(d.valid) = day
            and d.use = 'main' and d.dwelling = h.dwelling;
        if not found then
            insert into household_dwellings
                (county, household_id, dwelling, use, valid, changed_by, change_reason)
            values (h.county, h.id, h.dwelling, 'main', daterange(day, null), h.changed_by,
                h.change_reason);
        end if;
    end if;
    update household_heads d set changed_by = h.changed_by, change_reason = h.change_reason,
        recorded_at = case when lower(d.valid) < day then clock_timestamp() else d.recorded_at end,
        valid = case when lower(d.valid) < day then daterange(lower(d.valid), day) else d.valid end
    where d.household_id = h.id and d.county = h.county and upper_inf(d.valid)
        and (not lives or d.head_id is distinct from h.head_id);
    delete from household_heads d
    where d.household_id = h.id and d.county = h.county and upper_inf(d.valid)
        and (not lives or d.head_id is distinct from h.head_id);
    same := exists (select from household_heads d
        where d.household_id = h.id and d.county = h.county and upper_inf(d.valid));
    if lives and h.head_id is not null and not same then
        update household_heads d set valid = daterange(lower(d.valid), null),
            recorded_at = clock_timestamp(), changed_by = h.changed_by,
            change_reason = h.change_reason
        where d.household_id = h.id and d.county = h.county and upper(d.valid) = day
            and d.head_id = h.head_id;
        if not found then
            insert into household_heads
                (county, household_id, head_id, valid, changed_by, change_reason)
            values (h.county, h.id, h.head_id, daterange(day, null), h.changed_by,
                h.change_reason);
        end if;
    end if;
end $$;
"""

# Triggers and not the writers: whoever changes the present state, the periods agree with it. A bulk
# load that brings its own periods says so: set registry.periods = 'given'.
AGREEING = """
create function keep_memberships() returns trigger
language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        -- Somebody on the way from another county has periods that follow.
        perform settle_membership(n.county, n.id, 'living', n.household_id, n.relation,
            n.dwelling, effective_on(n.observed_on), n.changed_by, n.change_reason)
        from new_rows n
        where n.household_id is not null and n.died_on is null and not exists (
            select from memberships m where m.resident_id = n.id and m.county <> n.county);
    elsif tg_op = 'DELETE' then
        perform settle_membership(r.county, r.id, 'living',
            case when r.died_on is null then r.household_id end, r.relation, r.dwelling,
            effective_on(), r.changed_by, r.change_reason)
        from (select distinct m.county, m.resident_id from old_rows o
            join memberships m on m.resident_id = o.id and m.county <> o.county) m
        join residents r on (r.county, r.id) = (m.county, m.resident_id);
    else
        perform settle_membership(o.county, o.id, 'living', o.household_id, o.relation,
            o.dwelling, o.observed_on, o.changed_by, o.change_reason)
        from old_rows o join new_rows n on (n.county, n.id) = (o.county, o.id)
        where o.household_id is not null and o.died_on is null
            and (o.household_id, o.relation, o.dwelling, o.died_on)
                is distinct from (n.household_id, n.relation, n.dwelling, n.died_on)
            and not exists (select from memberships m
                where m.resident_id = o.id and m.basis = 'living');
        perform settle_membership(n.county, n.id, 'living',
            case when n.died_on is null then n.household_id end, n.relation, n.dwelling,
            effective_on(), n.changed_by, n.change_reason)
        from old_rows o join new_rows n on (n.county, n.id) = (o.county, o.id)
        where (o.household_id, o.relation, o.dwelling, o.died_on)
            is distinct from (n.household_id, n.relation, n.dwelling, n.died_on);
    end if;
    return null;
end $$;
create trigger residents_keep_inserted after insert on residents
    referencing new table as new_rows for each statement
    when (coalesce(current_setting('registry.periods', true), '') <> 'given')
    execute function keep_memberships();
create trigger residents_keep_memberships after update on residents
    referencing old table as old_rows new table as new_rows for each statement
    when (coalesce(current_setting('registry.periods', true), '') <> 'given')
    execute function keep_memberships();
create trigger residents_keep_moved after delete on residents
    referencing old table as old_rows for each statement execute function keep_memberships();

create function keep_household() returns trigger
language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform settle_household(new, effective_on(new.valid_from));
    elsif tg_op = 'DELETE' then
        perform settle_household(h, effective_on())
        from (select distinct d.county, d.household_id from household_dwellings d
            where d.household_id = old.id and d.county <> old.county) d
        join households h on (h.county, h.id) = (d.county, d.household_id);
    else
        if not exists (select from household_dwellings d where d.household_id = old.id) then
            perform settle_household(old, old.valid_from);
        end if;
        perform settle_household(new, effective_on());
    end if;
    return null;
end $$;
create trigger households_keep_inserted after insert on households for each row
    when (coalesce(current_setting('registry.periods', true), '') <> 'given')
    execute function keep_household();
create trigger households_keep_periods after update on households for each row
    when ((old.dwelling, old.head_id, old.valid_to)
            is distinct from (new.dwelling, new.head_id, new.valid_to)
        and coalesce(current_setting('registry.periods', true), '') <> 'given')
    execute function keep_household();
create trigger households_keep_moved after delete on households for each row
    execute function keep_household();
"""

EVENTS = """
create table life_events (
    county text collate "C" not null,
    id uuid not null,
    kind text not null
        constraint ck_life_events_kind
        check (kind in ('birth', 'death', 'marriage', 'divorce', 'move_in', 'move_out',
            'move_within', 'split', 'merge', 'head_change')),
    occurred_on date not null,
    area text collate "C" not null,
    evidence_sealed bytea,
    legal_basis text,
    before jsonb not null,
    after jsonb not null,
    amends uuid,
    recorded_by text not null,
    recorded_by_name text not null,
    role text not null,
    organisation text collate "C" not null,
    recorded_at timestamptz not null default now(),
    reversed_at timestamptz,
    reversed_by text,
    reversed_by_name text,
    reason_sealed bytea,
    constraint pk_life_events primary key (county, id),
    constraint ck_life_events_reversed
        check ((reversed_at is null) = (reversed_by is null)));
create index life_events_occurred_on on life_events (county, occurred_on);

-- The county is where the resident is; the event stays in the county that reported it.
create table life_event_subjects (
    county text collate "C" not null,
    resident_id uuid not null,
    event_county text collate "C" not null,
    event_id uuid not null,
    role text not null,
    constraint pk_life_event_subjects primary key (county, resident_id, event_id),
    constraint fk_life_event_subjects_event foreign key (event_county, event_id)
        references life_events);
create index life_event_subjects_event on life_event_subjects (event_county, event_id);

-- All that a county keeps of somebody who moved to another; no column `county`, so it stays.
create table county_moves (
    id uuid not null constraint pk_county_moves primary key,
    from_county text collate "C" not null,
    to_county text collate "C" not null,
    resident_id uuid not null,
    moved_on date not null,
    event_id uuid,
    moved_by text not null,
    recorded_at timestamptz not null default now());
create index county_moves_from_county on county_moves (from_county, id);
create index county_moves_resident on county_moves (resident_id, id);
"""

DOCUMENTS = """
-- Further documents of a resident, and those that ended; the present primary one is in `residents`.
create table resident_documents (
    county text collate "C" not null,
    id uuid not null,
    resident_id uuid not null,
    kind text not null
        constraint ck_resident_documents_kind
        check (kind in ('resident_id', 'passport', 'hmt_permit', 'hmt_residence',
            'foreign_permit')),
    number_sealed bytea not null,
    number_index bytea not null,
    is_primary boolean not null,
    issued_on date,
    expires_on date,
    recorded_at timestamptz not null default now(),
    recorded_by text not null,
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    constraint pk_resident_documents primary key (county, id),
    constraint fk_resident_documents_resident foreign key (county, resident_id)
        references residents,
    constraint ck_resident_documents_ended check ((ended_at is null) = (ended_by is null)));
create index resident_documents_resident on resident_documents (county, resident_id);
create unique index uq_resident_documents_primary on resident_documents (county, resident_id)
    where is_primary and ended_at is null;
"""

FORMER_PARTITIONS = """
create or replace function make_partitions(first_month date, months integer) returns integer
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
"""

TABLES = (
    "resident_documents", "county_moves", "life_event_subjects", "life_events", "period_fills",
    "household_history", "membership_history", "household_heads", "household_dwellings",
    "memberships",
)  # fmt: skip
FUNCTIONS = (
    "keep_household", "keep_memberships", "settle_household", "settle_membership", "effective_on",
    "keep_household_history", "keep_membership_history",
)  # fmt: skip


def upgrade() -> None:
    for statements in (PERIODS, KEEPING, SETTLING, AGREEING, EVENTS, DOCUMENTS):
        op.execute(statements)


def downgrade() -> None:
    for trigger in (
        "residents_keep_inserted",
        "residents_keep_memberships",
        "residents_keep_moved",
    ):
        op.execute(f"drop trigger {trigger} on residents")
    for trigger in ("households_keep_inserted", "households_keep_periods", "households_keep_moved"):
        op.execute(f"drop trigger {trigger} on households")
    op.execute(f"drop table {', '.join(TABLES)}")
    op.execute(f"drop function {', '.join(FUNCTIONS)}")
    op.execute(FORMER_PARTITIONS)
    op.execute("alter table residents drop column left_on")
    op.execute("alter table households drop column changed_by, drop column change_reason")
