"""What accounts, systems and loans of rights may see follows areas that change their codes.

An office that answered for an area that was split answers for all its parts: it sees what it saw,
neither more nor less, until an administrator says otherwise.
"""

from typing import Final

from services.common.database import Connection

_CHUNK: Final = 100
_FOLLOW: Final = """
with way as (
    select old, new, carries
    from jsonb_to_recordset($1::jsonb) as l (
        old text collate "C", new text collate "C", carries boolean)),
found as (
    select t.id, t.areas as areas_before, t.organisation as organisation_before,
        coalesce((select new || substr(t.organisation, length(old) + 1) from way
            where carries and t.organisation ^@ old order by length(old) desc limit 1),
            t.organisation) as organisation,
        array(select new from unnest(t.areas) area join way on old = area
            union select coalesce((select new || substr(area, length(old) + 1) from way
                where carries and area ^@ old order by length(old) desc limit 1), area)
            from unnest(t.areas) area where not exists (select from way where old = area)
            order by 1) as areas
    from {rows} t
    where exists (select from way where t.organisation ^@ old
        or exists (select from unnest(t.areas) area where area ^@ old))),
due as (
    select * from found
    where organisation <> organisation_before
        or not (areas <@ areas_before and areas_before <@ areas)
    order by id limit $2)
update {table} t set areas = due.areas{also} from due where t.id = due.id
returning t.id, due.areas_before, due.organisation_before, due.areas, due.organisation
"""
_OFFICE: Final = ", organisation = due.organisation, version = t.version + 1"
_ACCOUNTS: Final = f"""
with moved as ({_FOLLOW.format(table="accounts", rows="accounts", also=_OFFICE)}),
noted as (
    insert into account_changes (account_id, changed_at, changed_by, changed_by_name, action,
        reason, before, after)
    select id, now(), '00000000-0000-0000-0000-000000000000', '区划变更', 'rights_given',
        '区划代码变更 ' || current_setting('onegrid.following'),
        jsonb_build_object('areas', areas_before, 'organisation', organisation_before),
        jsonb_build_object('areas', areas, 'organisation', organisation)
    from moved)
insert into events (id, type, subject, area, occurred_at, data)
select uuidv7(), 'identity.account.changed.v1', id::text, split_part(organisation, '.', 1), now(),
    jsonb_build_object('account_id', id, 'action', 'rights_given')
from moved returning 1
"""
_CLIENTS: Final = _FOLLOW.format(
    table="clients", rows="clients", also=", organisation = due.organisation"
)
# What was lent until another day, or was taken back, stays as it was written.
_DELEGATIONS: Final = _FOLLOW.format(
    table="delegations",
    rows="(select id, areas, '' as organisation from delegations"
    " where revoked_at is null and ends_at > now())",
    also="",
)


async def accounts(connection: Connection, pairs: str) -> int:
    """People follow; each change leaves a record and an event."""
    return len(await connection.fetch(_ACCOUNTS, pairs, _CHUNK))


async def clients(connection: Connection, pairs: str) -> int:
    """Systems follow."""
    return len(await connection.fetch(_CLIENTS, pairs, _CHUNK))


async def delegations(connection: Connection, pairs: str) -> int:
    """Rights on loan follow those of who lent them."""
    return len(await connection.fetch(_DELEGATIONS, pairs, _CHUNK))


STEPS: Final = (accounts, clients, delegations)
