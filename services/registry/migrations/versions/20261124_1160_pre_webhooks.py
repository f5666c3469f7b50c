"""Webhooks: endpoints, deliveries, dead letters; and how far back the feed reaches."""

from alembic import op

revision = "registry_webhooks"
down_revision = "registry_search"
branch_labels = None
depends_on = None

FLOOR = """
-- The newest event that is no longer kept. A reader who stands before it has missed something.
create table feed_floor (
    singleton boolean not null default true
        constraint pk_feed_floor primary key constraint ck_feed_floor check (singleton),
    xact xid8 not null,
    seq bigint not null);
insert into feed_floor (xact, seq) values ('0', 0);

-- A trigger and not the deleter: whoever deletes events, no reader is left to believe it saw all.
create function raise_feed_floor() returns trigger
language plpgsql as $$
begin
    update feed_floor f set xact = g.xact, seq = g.seq
    from (select xact, seq from gone order by xact desc, seq desc limit 1) g
    where (f.xact, f.seq) < (g.xact, g.seq);
    return null;
end $$;
create trigger events_raise_floor after delete on events
    referencing old table as gone
    for each statement execute function raise_feed_floor();
"""

WEBHOOKS = """
create table webhooks (
    id uuid not null constraint pk_webhooks primary key,
    version integer not null default 1,
    organisation text collate "C" not null,
    registered_by text not null,
    areas text[] collate "C" not null,
    domains text[] not null,
    url text not null,
    types text[] not null,
    description text not null,
    active boolean not null default true,
    stopped_for text
        constraint ck_webhooks_stopped_for check (stopped_for in ('owner', 'gone', 'failing')),
    secret_sealed bytea not null,
    former_secret_sealed bytea,
    former_until timestamptz,
    xact xid8 not null,
    seq bigint not null,
    turn bigint not null default 0,
    failures integer not null default 0,
    resting_until timestamptz,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    last_outcome text,
    missed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint ck_webhooks_stopped check (active = (stopped_for is null)),
    constraint ck_webhooks_former
        check ((former_secret_sealed is null) = (former_until is null)));
create index webhooks_organisation on webhooks (organisation, id);
create index webhooks_behind on webhooks (xact, seq) where active;

-- No body is kept: what an endpoint may see is decided when it is sent.
create table webhook_deliveries (
    webhook_id uuid not null
        constraint fk_webhook_deliveries_webhook references webhooks on delete cascade,
    id uuid not null default uuidv7(),
    xact xid8 not null,
    seq bigint not null,
    event_id uuid not null,
    event_type text not null,
    state text not null default 'pending'
        constraint ck_webhook_deliveries_state
        check (state in ('pending', 'delivered', 'dead', 'withheld')),
    attempts integer not null default 0,
    replays integer not null default 0,
    due_at timestamptz not null,
    pending_since timestamptz not null default now(),
    created_at timestamptz not null default now(),
    attempted_at timestamptz,
    finished_at timestamptz,
    outcome text,
    constraint pk_webhook_deliveries primary key (webhook_id, id),
    constraint uq_webhook_deliveries_event unique (webhook_id, xact, seq),
    constraint ck_webhook_deliveries_finished
        check ((state = 'pending') = (finished_at is null)));
create index webhook_deliveries_pending on webhook_deliveries (webhook_id, due_at, xact, seq)
    where state = 'pending';
create index webhook_deliveries_state on webhook_deliveries (webhook_id, state, id);
create index webhook_deliveries_finished on webhook_deliveries (finished_at)
    where finished_at is not null;
"""


def upgrade() -> None:
    op.execute(FLOOR)
    op.execute(WEBHOOKS)


def downgrade() -> None:
    op.execute("drop table if exists webhook_deliveries, webhooks, feed_floor cascade")
    op.execute("drop trigger if exists events_raise_floor on events")
    op.execute("drop function if exists raise_feed_floor")
