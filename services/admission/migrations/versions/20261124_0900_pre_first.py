"""The first tables of admission."""

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
    id uuid primary key default uuidv7(), effect_key text not null
        constraint uq_timers_effect_key unique,
    kind text not null, due_at timestamptz not null, payload jsonb not null,
    leased_until timestamptz, attempts integer not null default 0, fired_at timestamptz,
    cancelled_at timestamptz, last_error text);
create index timers_due_at on timers (due_at) where fired_at is null and cancelled_at is null;
create table demo_loads (
    scale text not null, seed text not null, started_at timestamptz not null,
    finished_at timestamptz, summary jsonb not null default '{}',
    primary key (scale, seed));
"""

ITEMS = """
create table items (
    county text collate "C" not null,
    id uuid not null default uuidv7(),
    version integer not null default 1,
    state text not null constraint ck_items_state check (state in (
        'draft', 'submitted', 'returned', 'reviewed', 'approved', 'rejected', 'active',
        'suspended', 'expired', 'revoked')),
    title text not null,
    title_key text not null,
    class text not null constraint ck_items_class check (class in (
        'autonomy', 'assistance', 'administrative', 'admitted', 'temporary', 'emergency')),
    domain text not null,
    organisation text not null,
    area text collate "C" not null,
    content text not null,
    legal_basis text not null,
    special_explanation text,
    starts_on date not null,
    ends_on date,
    form jsonb not null default '{}',
    amount_fen bigint not null default 0 constraint ck_items_amount check (amount_fen >= 0),
    paid_fen bigint not null default 0,
    funding_source text,
    funding_basis text,
    zero_reason text,
    approval_no text,
    decided_on date,
    valid_to date,
    hold_transfer uuid,
    submitted_at timestamptz,
    accepted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (county, id),
    constraint ck_items_paid check (paid_fen between 0 and amount_fen),
    constraint ck_items_dates check (ends_on is null or ends_on >= starts_on),
    constraint ck_items_approved check (
        state not in ('approved', 'active', 'suspended', 'expired', 'revoked')
        or (approval_no is not null and decided_on is not null and valid_to is not null)));
create index items_organisation on items (county, organisation, title_key);
create index items_state on items (county, state, id);

create table item_communities (
    county text collate "C" not null, item_id uuid not null, community text collate "C" not null,
    primary key (county, item_id, community),
    constraint fk_item_communities_item foreign key (county, item_id)
        references items (county, id) on delete cascade);
create index item_communities_community on item_communities (county, community, item_id);

create table instalments (
    county text collate "C" not null, item_id uuid not null, line smallint not null,
    due_on date not null,
    amount_fen bigint not null constraint ck_instalments_amount check (amount_fen > 0),
    primary key (county, item_id, line),
    constraint fk_instalments_item foreign key (county, item_id)
        references items (county, id) on delete cascade);

create table item_timeline (
    county text collate "C" not null, item_id uuid not null,
    seq bigint generated always as identity, version integer not null, at timestamptz not null,
    action text not null, from_state text, to_state text not null,
    subject text not null, name text not null, organisation text not null, comment text,
    snapshot jsonb,
    primary key (county, item_id, seq),
    constraint fk_item_timeline_item foreign key (county, item_id) references items (county, id));
"""

LEDGER = """
create table accounts (
    county text collate "C" not null, code text collate "C" not null,
    kind text not null constraint ck_accounts_kind check (
        kind in ('treasury', 'budget', 'hold', 'community')),
    name_zh text not null, organisation text, year smallint, item_id uuid,
    limited boolean not null default true,
    debits_fen bigint not null default 0, credits_fen bigint not null default 0,
    opened_at timestamptz not null default now(),
    primary key (county, code),
    constraint ck_accounts_limit check (not limited or credits_fen >= debits_fen),
    constraint ck_accounts_unlimited check (limited or kind = 'treasury'),
    constraint fk_accounts_item foreign key (county, item_id) references items (county, id));
create index accounts_item on accounts (county, item_id);
create index accounts_organisation on accounts (county, organisation);

create table transfers (
    county text collate "C" not null, id uuid not null default uuidv7(),
    phase text not null constraint ck_transfers_phase check (
        phase in ('pending', 'posted', 'voided', 'expired')),
    pending_id uuid, contra_of uuid, item_id uuid,
    amount_fen bigint not null constraint ck_transfers_amount check (amount_fen > 0),
    booked_on date not null, reference text, memo text not null,
    recorded_by text not null, recorded_at timestamptz not null default now(),
    primary key (county, id),
    constraint ck_transfers_pending check (
        phase not in ('voided', 'expired') or pending_id is not null),
    constraint uq_transfers_contra_of unique (county, contra_of),
    constraint fk_transfers_pending foreign key (county, pending_id)
        references transfers (county, id),
    constraint fk_transfers_contra_of foreign key (county, contra_of)
        references transfers (county, id),
    constraint fk_transfers_item foreign key (county, item_id) references items (county, id));
create index transfers_pending on transfers (county, pending_id);
create index transfers_item on transfers (county, item_id);

create table postings (
    county text collate "C" not null, transfer_id uuid not null, line smallint not null,
    account text collate "C" not null,
    side text not null constraint ck_postings_side check (side in ('debit', 'credit')),
    amount_fen bigint not null constraint ck_postings_amount check (amount_fen > 0),
    seq bigint generated always as identity,
    primary key (county, transfer_id, line),
    constraint fk_postings_transfer foreign key (county, transfer_id)
        references transfers (county, id),
    constraint fk_postings_account foreign key (county, account)
        references accounts (county, code));
create index postings_account on postings (county, account, seq);

create table payments (
    county text collate "C" not null, id uuid not null default uuidv7(), item_id uuid not null,
    transfer_id uuid not null, amount_fen bigint not null, paid_on date not null,
    reference text not null, reversed_by uuid,
    primary key (county, id),
    constraint ck_payments_amount check (amount_fen > 0),
    constraint fk_payments_item foreign key (county, item_id) references items (county, id),
    constraint fk_payments_transfer foreign key (county, transfer_id)
        references transfers (county, id),
    constraint fk_payments_reversed_by foreign key (county, reversed_by)
        references transfers (county, id));
create unique index uq_payments_reference on payments (county, item_id, reference)
    where reversed_by is null;
create index payments_item on payments (county, item_id, paid_on);
create index payments_transfer on payments (county, transfer_id);
create index payments_reversed_by on payments (county, reversed_by);
"""

# A ledger that can be edited proves nothing. The owner of a table cannot be denied a right, so
# triggers refuse: transfers and postings are written once, balances move only with postings.
GUARDS = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only: write a contra entry'
        using errcode = 'restrict_violation', table = tg_table_name;
end $$;
create trigger transfers_append_only before update or delete or truncate on transfers
    for each statement execute function refuse_change();
create trigger postings_append_only before update or delete or truncate on postings
    for each statement execute function refuse_change();
create trigger accounts_kept before delete or truncate on accounts
    for each statement execute function refuse_change();

create function guard_balance() returns trigger language plpgsql as $$
begin
    if (new.debits_fen, new.credits_fen, new.limited, new.county, new.code, new.kind)
        is distinct from
       (old.debits_fen, old.credits_fen, old.limited, old.county, old.code, old.kind)
       and pg_trigger_depth() < 2 then
        raise exception 'a balance moves with postings only' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger accounts_guarded before update on accounts
    for each row execute function guard_balance();
create function guard_opening() returns trigger language plpgsql as $$
begin
    if new.debits_fen <> 0 or new.credits_fen <> 0 then
        raise exception 'an account opens empty' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger accounts_open_empty before insert on accounts
    for each row execute function guard_opening();

-- All lines of a transfer arrive in one statement and balance; accounts are locked in one order,
-- so two transfers over the same accounts wait for each other instead of deadlocking. (Not `for
-- update`: the foreign keys of both already hold `for key share` on these rows.)
create function book_postings() returns trigger language plpgsql as $$
begin
    if exists (
        select from transfers t join (
            select p.county, p.transfer_id,
                   sum(p.amount_fen) filter (where p.side = 'debit') as debits,
                   sum(p.amount_fen) filter (where p.side = 'credit') as credits
            from postings p
            where (p.county, p.transfer_id) in (select county, transfer_id from written)
            group by p.county, p.transfer_id) s on s.county = t.county and s.transfer_id = t.id
        where s.debits is distinct from t.amount_fen or s.credits is distinct from t.amount_fen)
    then
        raise exception 'debits and credits of a transfer differ' using
            errcode = 'check_violation', constraint = 'ck_postings_balanced';
    end if;
    perform 1 from accounts a
        where (a.county, a.code) in (select county, account from written)
        order by a.county, a.code for no key update;
    update accounts a set debits_fen = a.debits_fen + w.debits,
                          credits_fen = a.credits_fen + w.credits
    from (select county, account,
                 coalesce(sum(amount_fen) filter (where side = 'debit'), 0) as debits,
                 coalesce(sum(amount_fen) filter (where side = 'credit'), 0) as credits
          from written group by county, account) w
    where a.county = w.county and a.code = w.account;
    return null;
end $$;
create trigger postings_booked after insert on postings referencing new table as written
    for each statement execute function book_postings();

create function require_postings() returns trigger language plpgsql as $$
begin
    if not exists (select from postings where county = new.county and transfer_id = new.id) then
        raise exception 'a transfer needs its postings' using
            errcode = 'check_violation', constraint = 'ck_transfers_posted';
    end if;
    return null;
end $$;
create constraint trigger transfers_have_postings after insert on transfers
    deferrable initially deferred for each row execute function require_postings();
"""

LISTS = """
create table certificates (
    jurisdiction text collate "C" not null, no smallint not null, effective_from date not null,
    effective_to date, title text not null, keywords text[] not null, basis text not null,
    how_to text not null default '',
    primary key (jurisdiction, no, effective_from));
create table negative_list (
    jurisdiction text collate "C" not null, no smallint not null, effective_from date not null,
    effective_to date, title text not null, keywords text[] not null, basis text not null,
    how_to text not null default '',
    primary key (jurisdiction, no, effective_from));
create table policy_documents (
    id uuid primary key default uuidv7(), jurisdiction text collate "C" not null,
    level text not null constraint ck_policy_documents_level check (
        level in ('national', 'province', 'prefecture', 'county')),
    title text not null, document_no text, issuer text, issued_on date,
    constraint uq_policy_documents_title unique (jurisdiction, title));

create table refusals (
    county text collate "C" not null, id uuid not null default uuidv7(),
    community text collate "C" not null, organisation text not null, domain text not null,
    title text not null, title_key text not null, item_id uuid, reason text not null,
    how_to text not null, refused_on date not null, first_at timestamptz not null,
    last_at timestamptz not null, attempts integer not null default 1, subject text not null,
    name text not null,
    primary key (county, id));
-- The same task tried again on a day is one refusal; its attempts are counted.
create unique index uq_refusals_task on refusals
    (county, community, organisation, title_key, reason, refused_on);
create index refusals_organisation on refusals (county, organisation, id);
"""

CERTIFICATES = """
insert into certificates (jurisdiction, no, effective_from, title, keywords, basis)
select 'CN', no, date '2020-04-28', title, keywords,
       '民发〔2020〕20号《不应由基层群众性自治组织出具证明事项清单（第一批）》'
from (values
    (1, '亲属关系证明', array['亲属关系证明']),
    (2, '居民身份信息证明', array['居民身份信息证明', '居民身份证明', '身份信息证明']),
    (3, '户口登记项目内容变更申请证明', array['户口登记项目内容变更', '户口登记项目变更']),
    (4, '居民养犬证明', array['养犬证明']),
    (5, '无犯罪记录证明', array['无犯罪记录证明']),
    (6, '社区戒毒社区康复人员情况证明（表现证明）', array['康复人员情况证明', '表现证明']),
    (7, '人员失踪证明', array['人员失踪证明', '失踪证明']),
    (8, '婚姻状况证明', array['婚姻状况证明']),
    (9, '出生证明', array['出生证明']),
    (10, '健在证明', array['健在证明']),
    (11, '死亡证明', array['死亡证明']),
    (12, '疾病状况证明', array['疾病状况证明', '疾病证明']),
    (13, '残疾状况证明', array['残疾状况证明', '残疾证明']),
    (14, '婚育状况证明', array['婚育状况证明', '婚育证明']),
    (15, '居民就业状况证明', array['就业状况证明']),
    (16, '居民个人档案证明', array['个人档案证明']),
    (17, '居民财产证明', array['居民财产证明', '财产证明']),
    (18, '遗产继承权证明', array['遗产继承权证明', '继承权证明']),
    (19, '市场主体住所证明', array['市场主体住所证明', '经营场所证明']),
    (20, '证件遗失证明', array['证件遗失证明'])
) as banned (no, title, keywords);
"""

TABLES = (
    "refusals",
    "policy_documents",
    "negative_list",
    "certificates",
    "payments",
    "postings",
    "transfers",
    "accounts",
    "item_timeline",
    "instalments",
    "item_communities",
    "items",
    "demo_loads",
    "timers",
    "events",
    "idempotency_keys",
)
FUNCTIONS = (
    "refuse_change",
    "guard_balance",
    "guard_opening",
    "book_postings",
    "require_postings",
)


def upgrade() -> None:
    for statements in (MECHANISMS, ITEMS, LEDGER, GUARDS, LISTS, CERTIFICATES):
        op.execute(statements)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop table {table}")
    for function in FUNCTIONS:
        op.execute(f"drop function {function}()")
