"""Access records, chained per organisation."""

from alembic import op

revision = "registry_audit"
down_revision = "registry_index_keys"
branch_labels = None
depends_on = None

# Without a default at first: one that differs by row would write a large table anew. What was
# recorded before stays without a number and outside of the chains. `on only`: months that are over
# need no index, because nothing of them will be sealed.
NUMBERED = """
alter table accesses add column xact xid8;
alter table accesses alter column xact set default pg_current_xact_id();
create index accesses_xact on only accesses (xact, id);

create table access_sealing (
    only_row boolean not null default true constraint pk_access_sealing primary key
        constraint ck_access_sealing_only_row check (only_row),
    began_at timestamptz not null,
    round bigint not null,
    xact xid8 not null,
    id uuid not null);
insert into access_sealing (began_at, round, xact, id)
values (clock_timestamp(), 0, '0', '00000000-0000-0000-0000-000000000000');

do $$
declare
    child record;
begin
    for child in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'accesses'::regclass
    loop
        if child.relname >= 'accesses_' || to_char(now() at time zone 'Asia/Shanghai', 'YYYYMM')
        then
            execute format('create index %1$s_xact on %1$s (xact, id)', child.relname);
            execute format('alter index accesses_xact attach partition %s_xact', child.relname);
        end if;
    end loop;
end $$;
"""

BLOCKS = """
create table access_blocks (
    organisation text collate "C" not null,
    number bigint not null,
    round bigint not null,
    kind text not null constraint ck_access_blocks_kind check (kind in ('accesses', 'retention')),
    month text not null,
    from_xact xid8 not null,
    from_id uuid not null,
    to_xact xid8 not null,
    to_id uuid not null,
    rows integer not null,
    total bigint not null,
    rule text,
    algorithm text not null,
    sealed_at timestamptz not null,
    digests bytea not null,
    previous bytea not null,
    hash bytea not null,
    constraint pk_access_blocks primary key (organisation, number),
    constraint ck_access_blocks_digests check (octet_length(digests) = 32 * rows));
create index access_blocks_round on access_blocks (round, organisation, number);
create index access_blocks_month on access_blocks (month, organisation);
alter table access_blocks alter column digests set storage external;
"""

# A move to another county, and an area that got another code, change the county: it is part of a
# record's place and not of what the record says.
KEEPING = """
create function refuse_access_rewriting() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and coalesce(current_setting('registry.rewriting', true), '') = 'county_move'
        and to_jsonb(new) - 'county' = to_jsonb(old) - 'county' then
        return new;
    end if;
    raise exception '% of % is refused: access records are kept as they are', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger accesses_are_kept before update or delete on accesses
    for each row execute function refuse_access_rewriting();
create trigger access_blocks_are_kept before update or delete on access_blocks
    for each row execute function refuse_access_rewriting();
create trigger accesses_are_not_emptied before truncate on accesses
    for each statement execute function refuse_access_rewriting();
create trigger access_blocks_are_not_emptied before truncate on access_blocks
    for each statement execute function refuse_access_rewriting();
"""

COPIES = """
create table personal_copies (
    county text collate "C" not null,
    id uuid not null,
    resident_id uuid not null,
    requested_by text not null
        constraint ck_personal_copies_requested_by
        check (requested_by in ('self', 'guardian', 'agent')),
    format text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    made_by text not null,
    made_by_name text not null,
    organisation text collate "C" not null,
    request_id text,
    made_at timestamptz not null,
    constraint pk_personal_copies primary key (county, id));
create index personal_copies_resident on personal_copies (county, resident_id, id);
"""


def upgrade() -> None:
    for statements in (NUMBERED, BLOCKS, KEEPING, COPIES):
        op.execute(statements)


def downgrade() -> None:
    op.execute("drop trigger accesses_are_not_emptied on accesses")
    op.execute("drop trigger accesses_are_kept on accesses")
    op.execute("drop table personal_copies, access_blocks, access_sealing")
    op.execute("drop function refuse_access_rewriting")
    op.execute("drop index accesses_xact")
    op.execute("alter table accesses drop column xact")
