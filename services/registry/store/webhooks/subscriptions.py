"""Subscriptions as rows; their secrets are sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.feed import Place
from services.registry.domain.webhooks.subscriptions import Backlog, Rights, Webhook

_CONTEXT: Final = b"webhook-secret:"
_COUNTED: Final = 10_000
SELECTED: Final = """
id, version, organisation, registered_by, areas, domains, url, types, description, active,
stopped_for, xact::text as xact, seq, turn, failures, resting_until, last_success_at,
last_failure_at, last_outcome, missed_at, former_until, created_at, standing
"""

# Two requests at once must not make one too many.
LOCK = "select pg_advisory_xact_lock(hashtext('registry.webhooks'), hashtext($1))"
COUNT = "select count(*) from webhooks where organisation = $1"
ADD = f"""
insert into webhooks (id, organisation, registered_by, areas, domains, standing, url, types,
    description, active, stopped_for, secret_sealed, xact, seq)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when not $10 then 'owner' end, $11,
    $12::text::xid8, $13)
returning {SELECTED}
"""
ONE = f"select {SELECTED} from webhooks where organisation = $1 and id = $2"
HELD = f"select {SELECTED} from webhooks where organisation = $1 and id = $2 for update"
PAGE = f"""
select {SELECTED} from webhooks where organisation = $1 and id > $2 order by id limit $3
"""
BACKLOG = f"""
select (select count(*) from (select from webhook_deliveries
        where webhook_id = $1 and state = 'pending' limit {_COUNTED}) p) as pending,
    (select count(*) from (select from webhook_deliveries
        where webhook_id = $1 and state = 'dead' limit {_COUNTED}) d) as dead,
    (select min(pending_since) from (select pending_since from webhook_deliveries
        where webhook_id = $1 and state = 'pending' limit {_COUNTED}) o) as oldest
"""
# Whoever starts an endpoint again starts it afresh.
CHANGE = f"""
update webhooks set version = version + 1, updated_at = now(), registered_by = $2, areas = $3,
    domains = $4, standing = $5, url = $6, types = $7, description = $8, active = $9,
    stopped_for = case when $9 then null else coalesce(stopped_for, 'owner') end,
    failures = case when active then failures else 0 end,
    resting_until = case when active then resting_until end
where id = $1 returning {SELECTED}
"""
NARROW = "update webhooks set areas = $2, domains = $3, updated_at = now() where id = $1"
ROTATE = f"""
update webhooks set version = version + 1, updated_at = now(),
    former_secret_sealed = case when $3::timestamptz is null then null else secret_sealed end,
    former_until = $3, secret_sealed = $2
where id = $1 returning {SELECTED}
"""
REWIND = f"""
update webhooks set xact = $2::text::xid8, seq = $3, resting_until = null
where id = $1 returning {SELECTED}
"""
REMOVE = "delete from webhooks where id = $1"
SECRETS = """
select secret_sealed, case when former_until > $2 then former_secret_sealed end as former
from webhooks where id = $1
"""
RIGHTS_OF_ORGANISATION = "select area, domain from organisations where code = $1"
STANDING = "select standing from webhooks where id = $1"
# The same areas under the codes they had and will have: identity and the registry follow a new code
# minutes apart, and events keep the code of their time. A merged area is more than its part.
IN_TIME = """
with recursive same as (
    select code collate "C" as code from unnest($1::text[]) as code
    union
    select case when l.old_code = s.code then l.new_code else l.old_code end
    from same s
    join area_lineage l on s.code in (l.old_code, l.new_code) and l.carries
    join area_changes c on c.id = l.change_id and c.kind in ('recode', 'reparent')
        and c.state in ('rekeying', 'done'))
select code from same
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What an owner decides about a subscription.

    Attributes:
        rights: Of who decides.
        url: Where events go.
        types: Which.
        description: For people.
        active: Whether events are sent.
    """

    rights: Rights
    url: str
    types: tuple[str, ...]
    description: str
    active: bool

    @property
    def columns(self) -> tuple[Any, ...]:
        """Values in the order of the statements."""
        r = self.rights
        return (
            r.registered_by,
            list(r.areas),
            list(r.domains),
            r.standing,
            self.url,
            list(self.types),
            self.description,
            self.active,
        )


async def add(
    connection: Connection,
    webhook_id: UUID,
    organisation: str,
    content: Content,
    *,
    secret: bytes,
    place: Place,
) -> Webhook:
    """Keep a new subscription, which stands at a place of the feed."""
    row = await connection.fetchrow(
        ADD, webhook_id, organisation, *content.columns, secret, str(place.xact), place.seq
    )
    return webhook_of(row)


async def count(connection: Connection, organisation: str) -> int:
    """How many an organisation has; nobody else adds one until the transaction ends."""
    await connection.execute(LOCK, organisation)
    found: int = await connection.fetchval(COUNT, organisation)
    return found


async def one(
    connection: Connection, organisation: str, webhook_id: UUID, *, hold: bool = False
) -> Webhook | None:
    """A subscription of an organisation, or None; held until the transaction ends."""
    row = await connection.fetchrow(HELD if hold else ONE, organisation, webhook_id)
    return webhook_of(row) if row else None


async def page(connection: Connection, organisation: str, after: UUID, limit: int) -> list[Webhook]:
    """Subscriptions of an organisation, oldest first."""
    return [webhook_of(row) for row in await connection.fetch(PAGE, organisation, after, limit)]


async def backlog(connection: Connection, webhook_id: UUID) -> Backlog:
    """What waits and what was given up."""
    row = await connection.fetchrow(BACKLOG, webhook_id)
    return Backlog(row["pending"], row["dead"], row["oldest"]) if row else Backlog()


async def change(connection: Connection, webhook_id: UUID, content: Content) -> Webhook:
    """Put another content in."""
    return webhook_of(await connection.fetchrow(CHANGE, webhook_id, *content.columns))


async def narrow(connection: Connection, webhook_id: UUID, rights: Rights) -> None:
    """Cut down what a subscription may see."""
    await connection.execute(NARROW, webhook_id, list(rights.areas), list(rights.domains))


async def rotate(
    connection: Connection, webhook_id: UUID, secret: bytes, former_until: datetime | None
) -> Webhook:
    """Put a new secret in; the former one signs too until then."""
    return webhook_of(await connection.fetchrow(ROTATE, webhook_id, secret, former_until))


async def rewind(connection: Connection, webhook_id: UUID, place: Place) -> Webhook:
    """Let a subscription read the feed again from a place on."""
    row = await connection.fetchrow(REWIND, webhook_id, str(place.xact), place.seq)
    return webhook_of(row)


async def remove(connection: Connection, webhook_id: UUID) -> None:
    """Delete a subscription and its deliveries."""
    await connection.execute(REMOVE, webhook_id)


async def secrets(
    connection: Connection, sealer: Sealer, webhook_id: UUID, now: datetime
) -> list[str]:
    """The secrets in force, newest first."""
    row = await connection.fetchrow(SECRETS, webhook_id, now)
    sealed = [row["secret_sealed"], row["former"]] if row else []
    return [sealer.open(s, _CONTEXT + webhook_id.bytes) for s in sealed if s]


def seal_secret(sealer: Sealer, webhook_id: UUID, secret: str) -> bytes:
    """A secret as it is kept."""
    return sealer.seal(secret, _CONTEXT + webhook_id.bytes)


async def organisation_rights(
    connection: Connection, code: str
) -> tuple[tuple[str, ...], str | None]:
    """Area and domain of an organisation as they are now; an unknown one has no area."""
    row = await connection.fetchrow(RIGHTS_OF_ORGANISATION, code)
    return ((row["area"],), row["domain"]) if row else ((), None)


async def standing_of(connection: Connection, webhook_id: UUID) -> str | None:
    """With what identity is asked for the rights of a subscription's owner."""
    found: str | None = await connection.fetchval(STANDING, webhook_id)
    return found


async def in_time(connection: Connection, areas: Sequence[str]) -> tuple[str, ...]:
    """Areas under every code they have had since and before."""
    return tuple(row["code"] for row in await connection.fetch(IN_TIME, list(areas)))


def webhook_of(row: Any) -> Webhook:
    """A row with the selected columns."""
    return Webhook(
        id=row["id"],
        version=row["version"],
        organisation=row["organisation"],
        rights=Rights(
            row["registered_by"], tuple(row["areas"]), tuple(row["domains"]), row["standing"]
        ),
        url=row["url"],
        types=tuple(row["types"]),
        description=row["description"],
        active=row["active"],
        stopped_for=row["stopped_for"],
        place=Place(int(row["xact"]), row["seq"]),
        turn=row["turn"],
        failures=row["failures"],
        resting_until=row["resting_until"],
        last_success_at=row["last_success_at"],
        last_failure_at=row["last_failure_at"],
        last_outcome=row["last_outcome"],
        missed_at=row["missed_at"],
        former_until=row["former_until"],
        created_at=row["created_at"],
    )
