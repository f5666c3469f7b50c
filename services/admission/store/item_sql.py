"""The statements over items. A view is one statement that returns JSON text, passed through."""

SIGHT = """
(i.organisation = $1 or (i.state = any ($2::text[]) and exists (
    select from item_communities seen
    where seen.county = i.county and seen.item_id = i.id and seen.community ^@ any ($3::text[]))))
"""
"""Parameters 1 to 3 of every read: organisation, states, areas (`domain.actors.Sight`)."""

_MONEY = """
cross join lateral (
    select coalesce(sum(p.amount_fen) filter (where p.due_on < $4), 0)::bigint as due_fen,
           min(p.due_on) filter (where p.due_on >= $4) as next_due_on,
           coalesce(json_agg(json_build_object('due_on', p.due_on, 'amount_fen', p.amount_fen)
                    order by p.line), '[]') as schedule
    from instalments p where p.county = i.county and p.item_id = i.id) m
cross join lateral (
    select greatest(m.due_fen - i.paid_fen, 0) as arrears_fen) a
cross join lateral (
    select case when i.state not in ('approved', 'active', 'suspended') then i.state
                when i.valid_to < $4 then 'expired'
                when a.arrears_fen > 0 then 'suspended'
                else i.state end as state) e
"""
"""Parameter 4: the local day. A test compares `e.state` with `domain.items.effective_state`."""

_FIELDS = """
'id', i.id, 'county', i.county, 'version', i.version, 'state', e.state, 'title', i.title,
'class', i.class, 'domain', i.domain, 'organisation', i.organisation, 'area', i.area,
'communities', (select coalesce(json_agg(c.community order by c.community), '[]')
    from item_communities c where c.county = i.county and c.item_id = i.id),
'content', i.content, 'legal_basis', i.legal_basis,
'special_explanation', i.special_explanation, 'starts_on', i.starts_on, 'ends_on', i.ends_on,
'contact', i.form->'contact', 'authority', i.form->'authority', 'frequency', i.form->'frequency',
'standard', i.form->'standard', 'process', i.form->'process',
'adds', coalesce(i.form->'adds', '{}'),
'workload_hours_per_month', i.form->'workload_hours_per_month',
'personnel', i.form->'personnel', 'equipment', i.form->'equipment',
'training', i.form->'training', 'data_fields', coalesce(i.form->'data_fields', '[]'),
'funding', json_build_object('amount_fen', i.amount_fen, 'source', i.funding_source,
    'basis', i.funding_basis, 'zero_reason', i.zero_reason, 'schedule', m.schedule,
    'paid_fen', i.paid_fen, 'arrears_fen', a.arrears_fen, 'arrears', a.arrears_fen > 0,
    'next_due_on', m.next_due_on),
'approval', case when i.approval_no is not null then json_build_object(
    'approval_no', i.approval_no, 'decided_on', i.decided_on, 'valid_to', i.valid_to) end,
'submitted_at', i.submitted_at, 'accepted_at', i.accepted_at,
'created_at', i.created_at, 'updated_at', i.updated_at
"""
_HISTORY = """,
'timeline', (select coalesce(json_agg(json_build_object('version', t.version, 'at', t.at,
    'action', t.action, 'from', t.from_state, 'to', t.to_state, 'by', t.name,
    'organisation', t.organisation, 'comment', t.comment) order by t.seq), '[]')
    from item_timeline t where t.county = i.county and t.item_id = i.id),
'opinions', (select coalesce(json_agg(json_build_object('organisation', o.organisation,
    'stance', o.stance, 'comment', o.comment, 'version', o.version, 'by', o.name,
    'given_at', o.given_at) order by o.given_at), '[]')
    from item_opinions o where o.county = i.county and o.item_id = i.id),
'payments', (select coalesce(json_agg(json_build_object('id', p.id, 'amount_fen', p.amount_fen,
    'paid_on', p.paid_on, 'reference', p.reference, 'reversed', p.reversed_by is not null)
    order by p.paid_on, p.id), '[]')
    from payments p where p.county = i.county and p.item_id = i.id)
"""

VIEW = f"""
select i.version, json_build_object({_FIELDS}{_HISTORY})::text as view
from items i {_MONEY}
where i.id = $5 and {SIGHT}
"""
PAGE = f"""
select i.id, json_build_object({_FIELDS})::text as view
from items i {_MONEY}
where {SIGHT}
  and ($5::text is null or exists (select from item_communities w
       where w.county = i.county and w.item_id = i.id
         and w.community >= $5 and w.community <= $5 || '~'))
  and ($6::text[] is null or e.state = any ($6))
  and ($7::text is null or i.class = $7)
  and ($8::text is null or i.domain = $8)
  and ($9::text is null or i.organisation = $9)
  and ($10::boolean is null or (a.arrears_fen > 0) = $10)
  and ($11::uuid is null or i.id < $11)
order by i.id desc
limit $12
"""
SNAPSHOT = f"""
select t.snapshot::text from item_timeline t join items i
    on i.county = t.county and i.id = t.item_id
where i.id = $4 and t.version = $5 and t.snapshot is not null and {SIGHT}
order by t.seq desc limit 1
"""
LOCKED = f"""
select i.county, i.id, i.version, i.state, i.title, i.class, i.domain, i.organisation, i.area,
       i.starts_on, i.ends_on, i.decided_on, i.valid_to, i.amount_fen, i.paid_fen,
       i.hold_transfer,
       array(select due_on from instalments p where p.county = i.county and p.item_id = i.id
             order by line) as due_on,
       array(select amount_fen from instalments p where p.county = i.county and p.item_id = i.id
             order by line) as due_fen,
       array(select community from item_communities c
             where c.county = i.county and c.item_id = i.id order by community) as communities
from items i where i.id = $4 and {SIGHT}
for no key update of i
"""
LOCKED_BY_SYSTEM = LOCKED.replace(f"i.id = $4 and {SIGHT}", "i.county = $1 and i.id = $2")

INSERT = """
insert into items (county, id, version, state, title, title_key, class, domain, organisation, area,
    content, legal_basis, special_explanation, starts_on, ends_on, form, amount_fen,
    funding_source, funding_basis, zero_reason, created_at, updated_at)
values ($1, $2, 1, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18, $19, $19)
"""
AMEND = """
update items set version = version + 1, title = $3, title_key = $4, class = $5, domain = $6,
    area = $7, content = $8, legal_basis = $9, special_explanation = $10, starts_on = $11,
    ends_on = $12, form = $13, amount_fen = $14, funding_source = $15, funding_basis = $16,
    zero_reason = $17, updated_at = $18
where county = $1 and id = $2
returning version
"""
ADD_COMMUNITIES = """
insert into item_communities (county, item_id, community) select $1, $2, unnest($3::text[])
"""
DROP_COMMUNITIES = "delete from item_communities where county = $1 and item_id = $2"
ADD_INSTALMENTS = """
insert into instalments (county, item_id, line, due_on, amount_fen)
select $1, $2, line, due_on, amount_fen
from unnest($3::date[], $4::bigint[]) with ordinality as part (due_on, amount_fen, line)
"""
DROP_INSTALMENTS = "delete from instalments where county = $1 and item_id = $2"
ADVANCE = """
update items set version = version + 1, state = $3, updated_at = $4,
    submitted_at = case when $5 = 'submit' then $4 else submitted_at end,
    accepted_at = case when $5 = 'accept' then $4 else accepted_at end,
    approval_no = coalesce($6, approval_no), decided_on = coalesce($7, decided_on),
    valid_to = coalesce($8, valid_to), paid_fen = paid_fen + $9,
    hold_transfer = coalesce($10, hold_transfer)
where county = $1 and id = $2
returning version
"""
OPINE = """
insert into item_opinions as o (county, item_id, organisation, stance, comment, version, subject,
    name, given_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (county, item_id, organisation) do update set stance = excluded.stance,
    comment = excluded.comment, version = excluded.version, subject = excluded.subject,
    name = excluded.name, given_at = excluded.given_at
"""
TIMELINE = """
insert into item_timeline (county, item_id, version, at, action, from_state, to_state,
    subject, name, organisation, comment, snapshot)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
