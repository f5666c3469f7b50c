"""The first schema: whistles and their legs, assignments, photos, suggestions, mechanisms."""

from alembic import op

revision = "20261124_0900"
down_revision = None
branch_labels = None
depends_on = None

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

create function rfc3339(timestamptz) returns text language sql stable parallel safe
    return to_char($1 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed', tg_table_name
        using errcode = 'restrict_violation';
end $$;
"""

WHISTLES = """
create table whistle_defaults (
    county text collate "C" not null,
    kind text not null,
    version integer not null default 1,
    sign_within_s integer not null, arrive_within_s integer not null,
    close_within_s integer not null, rework_within_s integer not null,
    escalate_every_s integer not null,
    updated_by text,
    updated_at timestamptz not null default now(),
    primary key (county, kind),
    constraint ck_whistle_defaults_kind check
        (kind in ('resident_demand', 'key_work', 'law_enforcement', 'emergency', 'peace')),
    constraint ck_whistle_defaults_order check
        (1 <= sign_within_s and sign_within_s <= arrive_within_s
         and arrive_within_s <= close_within_s and rework_within_s >= 1 and escalate_every_s >= 1)
);
comment on table whistle_defaults is
    'Deadlines by kind, counted from dispatch. County '''' is in force where a county has none.';

insert into whistle_defaults
    (county, kind, sign_within_s, arrive_within_s, close_within_s, rework_within_s,
     escalate_every_s)
values
    ('', 'emergency',        900,   1800,   86400,  14400,   900),
    ('', 'peace',           1800,   7200,  259200,  86400,  7200),
    ('', 'law_enforcement', 7200,  86400,  604800, 172800, 43200),
    ('', 'resident_demand', 14400, 86400,  604800, 259200, 86400),
    ('', 'key_work',        86400, 432000, 2592000, 604800, 172800);

create table whistles (
    county text collate "C" not null,
    id uuid not null,
    version integer not null default 1,
    kind text not null,
    title text not null,
    description text not null,
    area text collate "C" not null,
    street text collate "C" not null generated always as (left(area, 9)) stored,
    place_text text,
    state text not null default 'reported',
    round smallint not null default 1,
    outcome text,
    solved boolean,
    reported_by text not null, reporter_name text not null,
    reporter_organisation text collate "C" not null, reporter_role text not null,
    resident_contact bytea, resident_contact_masked text,
    rework_within_s integer, escalate_every_s integer,
    reported_at timestamptz not null,
    blown_at timestamptz, dispatched_at timestamptz, result_submitted_at timestamptz,
    verified_at timestamptz, rated_at timestamptz, closed_at timestamptz,
    primary key (county, id),
    constraint ck_whistles_area check (area ~ '^[0-9]{15}$' and left(area, 6) = county),
    constraint ck_whistles_kind check
        (kind in ('resident_demand', 'key_work', 'law_enforcement', 'emergency', 'peace')),
    constraint ck_whistles_state check
        (state in ('reported', 'blown', 'dispatched', 'handling', 'result_submitted', 'verified',
            'rated', 'closed')),
    constraint ck_whistles_closed check
        ((state = 'closed') = (closed_at is not null)
         and (state = 'closed') = (outcome is not null)),
    constraint ck_whistles_outcome check (outcome in ('resolved', 'declined')),
    constraint ck_whistles_contact check
        ((resident_contact is null) = (resident_contact_masked is null))
);
create index whistles_area on whistles (county, area, id);
create index whistles_newest on whistles (id);
create index whistles_reported_by on whistles (reported_by, id);
create index whistles_open on whistles (county, state, id) where state <> 'closed';
create trigger whistles_closed_is_final before update or delete on whistles
    for each row when (old.state = 'closed') execute function refuse_change();

create table legs (
    county text collate "C" not null,
    whistle_id uuid not null,
    organisation text collate "C" not null,
    id uuid not null,
    role text not null,
    state text not null default 'dispatched',
    round smallint not null default 1,
    dispatched_at timestamptz not null,
    sign_due_at timestamptz not null, arrive_due_at timestamptz not null,
    close_due_at timestamptz not null,
    signed_at timestamptz, arrived_at timestamptz, done_at timestamptz,
    result text,
    primary key (county, whistle_id, organisation),
    constraint fk_legs_whistle foreign key (county, whistle_id) references whistles (county, id),
    constraint ck_legs_role check (role in ('lead', 'co_handler')),
    constraint ck_legs_state check (state in ('dispatched', 'signed', 'arrived', 'done'))
);
create unique index uq_legs_lead on legs (county, whistle_id) where role = 'lead';
create index legs_organisation on legs (organisation, county, whistle_id);

create table overdue (
    county text collate "C" not null,
    whistle_id uuid not null,
    organisation text collate "C" not null,
    round smallint not null,
    what text not null,
    level smallint not null,
    due_at timestamptz not null,
    fired_at timestamptz not null,
    primary key (county, whistle_id, organisation, round, what, level),
    constraint fk_overdue_leg foreign key (county, whistle_id, organisation)
        references legs (county, whistle_id, organisation),
    constraint ck_overdue_what check (what in ('sign', 'arrive', 'close')),
    constraint ck_overdue_level check (level between 1 and 3)
);
create trigger overdue_append_only before update or delete on overdue
    for each row execute function refuse_change();

create table ratings (
    county text collate "C" not null,
    whistle_id uuid not null,
    round smallint not null,
    satisfaction text not null,
    score smallint,
    comment text,
    rated_by text not null,
    rated_at timestamptz not null,
    primary key (county, whistle_id, round),
    constraint fk_ratings_whistle foreign key (county, whistle_id) references whistles (county, id),
    constraint ck_ratings_satisfaction check
        (satisfaction in ('satisfied', 'basically_satisfied', 'unsatisfied')),
    constraint ck_ratings_score check (score between 1 and 5)
);

create table timeline (
    county text collate "C" not null,
    whistle_id uuid not null,
    seq integer not null,
    at timestamptz not null,
    action text not null,
    round smallint not null,
    subject text not null, actor_name text not null,
    organisation text collate "C" not null, role text not null,
    comment text,
    details jsonb,
    primary key (county, whistle_id, seq),
    constraint fk_timeline_whistle foreign key (county, whistle_id) references whistles (county, id)
);
create trigger timeline_append_only before update or delete on timeline
    for each row execute function refuse_change();

create table contact_reads (
    county text collate "C" not null,
    id uuid not null default uuidv7(),
    whistle_id uuid not null,
    read_at timestamptz not null,
    reader text not null, organisation text collate "C" not null, role text not null,
    purpose text not null,
    request_id text,
    primary key (county, id),
    constraint fk_contact_reads_whistle foreign key (county, whistle_id)
        references whistles (county, id)
);
create index contact_reads_whistle on contact_reads (county, whistle_id);
create trigger contact_reads_append_only before update or delete on contact_reads
    for each row execute function refuse_change();
"""

PHOTOS = """
create table attachments (
    county text collate "C" not null,
    id uuid not null,
    sha256 text not null, media_type text not null, size_bytes integer not null,
    width_px integer not null, height_px integer not null,
    uploaded_by text not null, uploaded_at timestamptz not null,
    primary key (county, id),
    constraint ck_attachments_sha256 check (sha256 ~ '^[0-9a-f]{64}$')
);
create index attachments_sha256 on attachments (sha256);

create table whistle_photos (
    county text collate "C" not null,
    whistle_id uuid not null,
    photo_id uuid not null,
    stage text not null,
    organisation text collate "C" not null,
    place smallint not null,
    primary key (county, whistle_id, photo_id),
    constraint fk_whistle_photos_whistle foreign key (county, whistle_id)
        references whistles (county, id),
    constraint fk_whistle_photos_attachment foreign key (county, photo_id)
        references attachments (county, id),
    constraint ck_whistle_photos_stage check (stage in ('report', 'result'))
);
create index whistle_photos_attachment on whistle_photos (county, photo_id);
"""

COMMUNITIES = """
create table assignments (
    county text collate "C" not null,
    id uuid not null,
    version integer not null default 1,
    community text collate "C" not null,
    title text not null,
    content text not null,
    organisation text collate "C" not null,
    domain text not null,
    item_id uuid,
    item_title text,
    state text not null default 'open',
    due_at timestamptz not null,
    placed_by text not null, placed_by_name text not null, placed_at timestamptz not null,
    answered_by text, answered_by_name text, answered_at timestamptz,
    reason_code text, comment text,
    primary key (county, id),
    constraint ck_assignments_community check
        (community ~ '^[0-9]{12}$' and left(community, 6) = county),
    constraint ck_assignments_state check (state in ('open', 'refused', 'done')),
    constraint ck_assignments_answered check ((state = 'open') = (answered_at is null)),
    constraint ck_assignments_reason check ((state = 'refused') = (reason_code is not null))
);
create index assignments_community on assignments (county, community, id);
create index assignments_organisation on assignments (organisation, id);

create table suggestions (
    county text collate "C" not null,
    id uuid not null,
    version integer not null default 1,
    kind text not null,
    text text not null,
    submitted_by text not null,
    organisation text collate "C" not null,
    role text not null,
    created_at timestamptz not null,
    reply text, replied_by text, replied_at timestamptz,
    primary key (county, id),
    constraint ck_suggestions_kind check (kind in ('complaint', 'suggestion')),
    constraint ck_suggestions_reply check ((reply is null) = (replied_at is null))
);
create index suggestions_submitted_by on suggestions (submitted_by, id);

create table demo_loads (
    scale text not null, seed bigint not null,
    started_at timestamptz not null, finished_at timestamptz,
    primary key (scale, seed)
);
"""


def upgrade() -> None:
    for statements in (MECHANISMS, WHISTLES, PHOTOS, COMMUNITIES):
        op.execute(statements)


def downgrade() -> None:
    op.execute("""
        drop table demo_loads, suggestions, assignments, whistle_photos, attachments, contact_reads,
            timeline, ratings, overdue, legs, whistles, whistle_defaults, data_keys, timers, events,
            idempotency_keys;
        drop function refuse_change;
        drop function rfc3339;
    """)
