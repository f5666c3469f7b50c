"""Subscribing: an organisation registers, changes, replays and deletes its own webhooks."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import paging
from services.common.clock import Clock, utc_now
from services.common.errors import VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.clients.identity import Identity
from services.registry.domain.feed import BEGINNING, FeedCursorTooOld
from services.registry.domain.webhooks import addresses, signing
from services.registry.domain.webhooks import subscriptions as domain
from services.registry.domain.webhooks.addresses import Allowance
from services.registry.domain.webhooks.errors import WebhookLimitReached, WebhookNotFound
from services.registry.domain.webhooks.subscriptions import Rights, Webhook
from services.registry.store import feed
from services.registry.store.feed import Cursors
from services.registry.store.store import Store, Tx
from services.registry.store.webhooks import subscriptions, turns
from services.registry.store.webhooks.subscriptions import Content

_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks, and for whom.

    Attributes:
        organisation: Whose webhooks these are.
        rights: Of who asks; a subscription never sees more.
        token: Proves to identity who asks.
    """

    organisation: str
    rights: Rights
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What webhooks work with.

    Attributes:
        store: The registry's.
        allowance: Where this installation sends to.
        types: Every type of event there is.
        identity: Tells what an owner may do while it is away.
        clock: Tells the time.
    """

    store: Store
    allowance: Allowance
    types: frozenset[str]
    identity: Identity
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True)
class Wish:
    """What an owner wants; None leaves as it is.

    Attributes:
        url: Where events go.
        types: Which; empty for all.
        description: For people.
        active: Whether events are sent.
    """

    url: str | None = None
    types: tuple[str, ...] | None = None
    description: str | None = None
    active: bool | None = None


async def register(env: Webhooks, owner: Owner, wish: Wish, once: Once) -> tuple[Answer, str]:
    """Subscribe from now on; the answer as it is kept for retries, and the secret beside it.

    The secret is in no answer that is kept: who lost it rotates it.

    Raises:
        WebhookAddressRefused: Nothing is sent to such an address.
        WebhookLimitReached: The organisation has as many as it may.
        ValidationFailed: A type does not exist.
    """
    owner = await _with_standing(env, owner)
    content = _content(env, owner, wish, None)
    secret = signing.new_secret()
    webhook_id = new_id()
    async with env.store.transaction(once) as tx:
        if await subscriptions.count(tx.connection, owner.organisation) >= domain.MOST:
            raise WebhookLimitReached(limit=domain.MOST)
        made = await subscriptions.add(
            tx.connection,
            webhook_id,
            owner.organisation,
            content,
            secret=subscriptions.seal_secret(env.store.sealer, webhook_id, secret),
            place=max(await feed.newest(tx.connection), await feed.floor(tx.connection)),
        )
        return await tx.answer(_answer(made, 201)), secret


async def one(env: Webhooks, owner: Owner, webhook_id: UUID) -> tuple[Webhook, bytes]:
    """A subscription and how it does, as JSON.

    Raises:
        WebhookNotFound: The organisation has none with this id.
    """
    async with env.store.transaction() as tx:
        webhook = await held(tx, owner, webhook_id)
        backlog = await subscriptions.backlog(tx.connection, webhook.id)
    return webhook, orjson.dumps(domain.view(webhook, backlog), default=str)


async def page(
    env: Webhooks, owner: Owner, after: str | None, limit: int
) -> tuple[bytes, str | None]:
    """Subscriptions of the organisation as JSON, oldest first, and the next cursor."""
    bound = ("webhooks", owner.organisation)
    first = UUID(str(paging.decode(after, bound)[0])) if after else _FIRST
    async with env.store.read() as connection:
        found = await subscriptions.page(connection, owner.organisation, first, limit + 1)
    following = paging.encode([str(found[limit - 1].id)], bound) if len(found) > limit else None
    return orjson.dumps([domain.view(w) for w in found[:limit]], default=str), following


async def change(
    env: Webhooks, owner: Owner, webhook_id: UUID, version: int, wish: Wish, *, once: Once
) -> Answer:
    """Change a subscription; from now on it sees what its editor may.

    Raises:
        WebhookNotFound, VersionIsStale, WebhookAddressRefused, ValidationFailed: Not so.
    """
    owner = await _with_standing(env, owner)
    async with env.store.transaction(once) as tx:
        webhook = await _current(tx, owner, webhook_id, version)
        content = _content(env, owner, wish, webhook)
        changed = await subscriptions.change(tx.connection, webhook.id, content)
        if changed.active:
            await turns.nudge(tx.connection, webhook.id, env.clock())
        return await tx.answer(_answer(changed))


async def rotate(
    env: Webhooks, owner: Owner, webhook_id: UUID, version: int, overlap: timedelta, *, once: Once
) -> tuple[Answer, str]:
    """Make a new secret; the former signs too for a while. The secret is in no kept answer.

    Raises:
        WebhookNotFound, VersionIsStale: Not so.
    """
    secret = signing.new_secret()
    async with env.store.transaction(once) as tx:
        webhook = await _current(tx, owner, webhook_id, version)
        sealed = subscriptions.seal_secret(env.store.sealer, webhook.id, secret)
        until = env.clock() + overlap if overlap else None
        changed = await subscriptions.rotate(tx.connection, webhook.id, sealed, until)
        return await tx.answer(_answer(changed)), secret


async def replay(
    env: Webhooks,
    owner: Owner,
    webhook_id: UUID,
    since: str | datetime,
    *,
    once: Once,
) -> Answer:
    """Let a subscription read the feed again from a cursor or a time on.

    Raises:
        WebhookNotFound: There is none.
        FeedCursorNotValid: It is no cursor.
        FeedCursorTooOld: Events from then on are no longer all kept.
    """
    async with env.store.transaction(once) as tx:
        webhook = await held(tx, owner, webhook_id)
        if isinstance(since, datetime):
            place = await feed.before(tx.connection, since)
        else:
            place = Cursors(env.store.sealer).read(since)
            if BEGINNING < place < await feed.floor(tx.connection):
                raise FeedCursorTooOld
        # It goes back, never forward: what was not delivered yet still will be.
        rewound = await subscriptions.rewind(tx.connection, webhook.id, min(place, webhook.place))
        await turns.nudge(tx.connection, webhook.id, env.clock())
        return await tx.answer(_answer(rewound, 202))


async def remove(
    env: Webhooks, owner: Owner, webhook_id: UUID, version: int, *, once: Once
) -> Answer:
    """Delete a subscription with its deliveries.

    Raises:
        WebhookNotFound, VersionIsStale: Not so.
    """
    async with env.store.transaction(once) as tx:
        webhook = await _current(tx, owner, webhook_id, version)
        await subscriptions.remove(tx.connection, webhook.id)
        return await tx.answer(Answer(b"", 204))


async def held(tx: Tx, owner: Owner, webhook_id: UUID) -> Webhook:
    """A subscription of the organisation, held until the transaction ends.

    Where its registrant asks, and may see less than before, the subscription sees less too.

    Raises:
        WebhookNotFound: There is none.
    """
    webhook = await subscriptions.one(tx.connection, owner.organisation, webhook_id, hold=True)
    if webhook is None:
        raise WebhookNotFound
    if webhook.rights.registered_by != owner.rights.registered_by:
        return webhook
    left = webhook.rights.narrowed(owner.rights.areas, owner.rights.domains)
    if left == webhook.rights:
        return webhook
    await subscriptions.narrow(tx.connection, webhook.id, left)
    return replace(webhook, rights=left)


async def _with_standing(env: Webhooks, owner: Owner) -> Owner:
    """An owner whose rights can be asked for when it is away; what it edits sees no more."""
    handle = await env.identity.handle_for(owner.token)
    return replace(owner, rights=replace(owner.rights, standing=handle))


async def _current(tx: Tx, owner: Owner, webhook_id: UUID, version: int) -> Webhook:
    webhook = await held(tx, owner, webhook_id)
    if webhook.version != version:
        raise VersionIsStale(version=webhook.version)
    return webhook


def _content(env: Webhooks, owner: Owner, wish: Wish, now: Webhook | None) -> Content:
    def chosen(wished: Any, present: Any) -> Any:
        return present if wished is None else wished

    url = addresses.target_of(wish.url, env.allowance) if wish.url is not None else None
    types = domain.types_of(wish.types, env.types) if wish.types is not None else None
    return Content(
        rights=owner.rights,
        url=chosen(url, now.url if now else ""),
        types=chosen(types, now.types if now else ()),
        description=chosen(wish.description, now.description if now else ""),
        active=chosen(wish.active, now.active if now else True),
    )


def _answer(webhook: Webhook, status: int = 200) -> Answer:
    headers = [("ETag", f'"{webhook.version}"'), ("Cache-Control", "no-store")]
    return Answer(orjson.dumps(domain.view(webhook), default=str), status, tuple(headers))
