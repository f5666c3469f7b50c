"""Areas in time: versions, lineage, boundaries, posts, counts of former days, findings."""

from alembic import op

revision = "registry_areas"
down_revision = "registry_imports"
branch_labels = None
depends_on = None

CHANGES = """
create table area_changes (
    id uuid not null constraint pk_area_changes primary key,
    kind text not null
        constraint ck_area_changes_kind
        check (kind in ('rename', 'recode', 'merge', 'split', 'reparent')),
    effective_on date not null,
    reach text collate "C" not null,
    codes text[] collate "C" not null,
    document text not null,
    note text,
    request jsonb not null,
    asked_by text not null,
    asked_by_name text not null,
    organisation text collate "C" not null,
    asked_at timestamptz not null default now(),
    state text not null default 'scheduled'
        constraint ck_area_changes_state
        check (state in ('scheduled', 'rekeying', 'done', 'failed')),
    phase text,
    rows_total bigint not null default 0,
    rows_done bigint not null default 0,
    effective_at timestamptz,
    finished_at timestamptz,
    error text);
create index area_changes_unfinished on area_changes (id) where state in ('scheduled', 'rekeying');

create table area_lineage (
    change_id uuid not null constraint fk_area_lineage_change references area_changes,
    old_code text collate "C" not null,
    new_code text collate "C" not null,
    carries boolean not null,
    constraint pk_area_lineage primary key (change_id, old_code, new_code));
create unique index uq_area_lineage_carries on area_lineage (change_id, old_code) where carries;
create index area_lineage_old_code on area_lineage (old_code);
create index area_lineage_new_code on area_lineage (new_code);
"""

VERSIONS = """
alter table areas
    add column change_id uuid constraint fk_areas_change references area_changes,
    add column registered_by text;
create index areas_change on areas (change_id) where change_id is not null;

create table area_versions (
    code text collate "C" not null,
    county text collate "C" not null,
    level text not null,
    name text not null,
    name_ko text,
    name_en text,
    urban boolean not null,
    address text,
    change_id uuid constraint fk_area_versions_change references area_changes,
    valid daterange not null,
    constraint pk_area_versions primary key (code, valid without overlaps));
create index area_versions_change on area_versions (change_id);

-- A trigger and not the writers: whoever gives an area a new state, the former one is kept.
create function keep_area_version() returns trigger
language plpgsql as $$
begin
    insert into area_versions
        (code, county, level, name, name_ko, name_en, urban, address, change_id, valid)
    values (old.code, old.county, old.level, old.name, old.name_ko, old.name_en, old.urban,
        old.address, old.change_id,
        daterange(old.valid_from, least(coalesce(old.valid_to, new.valid_from), new.valid_from)));
    return new;
end $$;
create trigger areas_keep_version before update of valid_from on areas
    for each row when (new.valid_from > old.valid_from) execute function keep_area_version();

create view area_states as
select code, county, level, name, name_ko, name_en, urban, address, change_id, valid_from, valid_to
from areas
union all
select code, county, level, name, name_ko, name_en, urban, address, change_id, lower(valid),
    upper(valid)
from area_versions;
"""

# A county is the first part of every key, so who changes counties is copied, followed by all that
# is kept of them, and then deleted. Which tables those are, the catalogue knows: every table with
# the columns `county` and `resident_id` (or `household_id`), whatever service part made it.
COUNTIES = """
create function columns_of(relation regclass) returns text[]
language sql stable as $$
    select array_agg(attname::text order by attnum) from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped and attgenerated = ''
$$;

create function tables_keyed_by(key text) returns setof regclass
language sql stable as $$
    select c.oid::regclass from pg_class c
    where c.relnamespace = 'registry'::regnamespace and c.relkind in ('r', 'p')
        and not c.relispartition
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'county')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = key)
        and c.oid <> 'residents'::regclass
    order by c.oid::regclass::text
$$;

create function copy_households(ids uuid[], dwellings text[]) returns bigint
language plpgsql as $$
declare
    kept text[] := array(select unnest(columns_of('households'))
        except select unnest(array['county', 'dwelling', 'version', 'head_id']));
    copied bigint;
begin
    execute format(
        'insert into households (county, dwelling, version, %1$s)
         select left(g.dwelling, 6), g.dwelling, h.version + 1, %2$s
         from unnest($1, $2) as g (id, dwelling) join households h on h.id = g.id
         where h.county <> left(g.dwelling, 6)
         on conflict (county, id) do nothing',
        (select string_agg(quote_ident(c), ', ') from unnest(kept) c),
        (select string_agg('h.' || quote_ident(c), ', ') from unnest(kept) c))
    using ids, dwellings;
    get diagnostics copied = row_count;
    return copied;
end $$;

create function move_residents(from_county text, ids uuid[], dwellings text[], who text, why text)
returns bigint
language plpgsql as $$
declare
    kept text[] := array(select unnest(columns_of('residents'))
        except select unnest(array['county', 'dwelling', 'version', 'updated_at', 'changed_by',
            'change_reason', 'household_id', 'relation']));
    to_county text := left(dwellings[1], 6);
    follower regclass;
    moved bigint;
begin
    -- What is kept of people is never rewritten, but for the county that is a part of its key.
    perform set_config('registry.rewriting', 'county_move', true);
    insert into resident_history
        (county, resident_id, version, old, known_from, known_to, changed_by, change_reason)
    select to_county, id, version, to_jsonb(r) - 'name_keys' - 'grid', updated_at,
        clock_timestamp(), who, why
    from residents r where r.county = from_county and r.id = any (ids);
    execute format(
        'insert into residents (county, dwelling, version, updated_at, changed_by, change_reason,
             household_id, relation, %1$s)
         select $1, g.dwelling, r.version + 1, clock_timestamp(), $5, $6, h.id,
             case when h.id is not null then r.relation end, %2$s
         from unnest($3, $4) as g (id, dwelling)
         join residents r on r.county = $2 and r.id = g.id
         left join households h on h.county = $1 and h.id = r.household_id',
        (select string_agg(quote_ident(c), ', ') from unnest(kept) c),
        (select string_agg('r.' || quote_ident(c), ', ') from unnest(kept) c))
    using to_county, from_county, ids, dwellings, who, why;
    get diagnostics moved = row_count;
    for follower in select * from tables_keyed_by('resident_id') loop
        execute format('update %s set county = $1 where county = $2 and resident_id = any ($3)',
            follower) using to_county, from_county, ids;
    end loop;
    update households n set head_id = o.head_id from households o
    where o.county = from_county and o.head_id = any (ids) and n.county = to_county and n.id = o.id;
    update households set head_id = null where county = from_county and head_id = any (ids);
    delete from residents where county = from_county and id = any (ids);
    perform set_config('registry.rewriting', '', true);
    return moved;
end $$;

create function drop_households(from_county text, to_county text, ids uuid[], who text, why text)
returns bigint
language plpgsql as $$
declare
    follower regclass;
    dropped bigint;
begin
    perform set_config('registry.rewriting', 'county_move', true);
    -- Somebody who lives elsewhere in the old county stays there, and leaves the household.
    update residents set household_id = null, relation = null, version = version + 1,
        updated_at = clock_timestamp(), changed_by = who, change_reason = why
    where county = from_county and household_id = any (ids);
    for follower in select * from tables_keyed_by('household_id') loop
        execute format('update %s set county = $1 where county = $2 and household_id = any ($3)',
            follower) using to_county, from_county, ids;
    end loop;
    delete from households where county = from_county and id = any (ids);
    get diagnostics dropped = row_count;
    perform set_config('registry.rewriting', '', true);
    return dropped;
end $$;
"""

POSTS = """
create table area_posts (
    id uuid not null,
    area text collate "C" not null,
    post text not null
        constraint ck_area_posts_post
        check (post in ('street_chief', 'road_chief', 'grid_head', 'grid_worker',
            'building_chief', 'unit_chief')),
    seat text not null default '',
    valid daterange not null,
    version integer not null default 1,
    holder text not null,
    phone_sealed bytea,
    changed_by text not null,
    changed_at timestamptz not null default now(),
    constraint pk_area_posts primary key (area, post, seat, valid without overlaps));
create unique index uq_area_posts_id on area_posts (id);
create index area_posts_area on area_posts (area, id);
"""

BOUNDARIES = """
create table area_boundaries (
    code text collate "C" not null,
    valid daterange not null,
    version integer not null default 1,
    geometry jsonb not null,
    vertices integer not null,
    west double precision not null,
    south double precision not null,
    east double precision not null,
    north double precision not null,
    centre_lon double precision not null,
    centre_lat double precision not null,
    area_m2 double precision not null,
    source text not null,
    drawn_by text not null,
    drawn_at timestamptz not null default now(),
    constraint pk_area_boundaries primary key (code, valid without overlaps));

-- What drawing a boundary found out about it and its neighbours; a finding until it is drawn anew.
create table boundary_faults (
    code text collate "C" not null,
    other text collate "C" not null,
    kind text not null
        constraint ck_boundary_faults_kind
        check (kind in ('boundary_overlaps', 'boundary_outside_parent')),
    share double precision not null,
    constraint pk_boundary_faults primary key (code, kind, other));
"""

COUNTS = """
create table grid_count_days (
    county text collate "C" not null,
    grid text collate "C" not null,
    counted_on date not null,
    households integer not null,
    residents integer not null,
    from_one_domain integer not null,
    from_two_domains integer not null,
    constraint pk_grid_count_days primary key (county, grid, counted_on));

create table grid_faults (
    county text collate "C" not null,
    grid text collate "C" not null,
    kind text not null,
    number integer not null,
    constraint pk_grid_faults primary key (county, grid, kind));
"""

TABLES = (
    "grid_faults", "grid_count_days", "boundary_faults", "area_boundaries", "area_posts",
    "area_versions", "area_lineage",
)  # fmt: skip


def upgrade() -> None:
    for statements in (CHANGES, VERSIONS, COUNTIES, POSTS, BOUNDARIES, COUNTS):
        op.execute(statements)


def downgrade() -> None:
    op.execute("drop view area_states")
    op.execute("drop trigger areas_keep_version on areas")
    op.execute(f"drop table if exists {', '.join(TABLES)}")
    op.execute("alter table areas drop column change_id, drop column registered_by")
    op.execute("drop table area_changes")
    op.execute(
        "drop function keep_area_version, columns_of, tables_keyed_by, copy_households, "
        "move_residents, drop_households"
    )
