"""Brings the feed to its subscribers: one subscription's turn at a time, many turns at once.

A turn is a timer. It reads the feed from the subscription's own cursor, makes a delivery of every
event its owner may see, sends what is due, and records what became of it; each of these steps is
one transaction, and nothing is held while a receiver is waited for. A killed process leaves a lease
that runs out, and the next turn sends again what was not recorded: at least once, under the same
message id.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from services.common import timers
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import PeerUnavailable
from services.common.timers import Handler, Leased, LeaseLost
from services.registry.clients.identity import NOBODY, Identity, Standing
from services.registry.clients.webhooks.sending import Sender
from services.registry.domain.catalogue import DEPARTMENT_ROLES
from services.registry.domain.feed import FeedCursorTooOld, FeedReader, Place
from services.registry.domain.webhooks import attempts, signing
from services.registry.domain.webhooks.attempts import Attempt
from services.registry.domain.webhooks.subscriptions import Webhook
from services.registry.store import feed
from services.registry.store.store import Store, Tx
from services.registry.store.webhooks import deliveries, subscriptions, turns
from services.registry.store.webhooks.deliveries import Due
from services.registry.use_cases.webhooks import reading, results

_READ_AT_ONCE: Final = 200
_MOST_WAITING: Final = 1000
"""Deliveries that may wait; the rest stays in the feed."""
_BATCH: Final = 64
_IN_FLIGHT: Final = 8
_TURN_S: Final = 20.0
_LEASE_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.5
_UNKNOWN: Final = timedelta(seconds=15)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Load:
    """What a turn carries.

    Attributes:
        webhook: To whom.
        keys: Secrets in force, newest first.
        due: Deliveries to attempt.
        bodies: Events by place, as the owner may see them now.
        more: Whether the feed goes on behind what was read.
    """

    webhook: Webhook
    keys: tuple[str, ...]
    due: tuple[Due, ...]
    bodies: Mapping[Place, str]
    more: bool


class Courier:
    """Takes turns.

    Args:
        store: The registry's.
        sender: Opened already.
        identity: Tells what an owner may do now.
        at_once: Turns at once; each has its own limit of messages in flight.
        clock: Tells the time.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        identity: Identity,
        *,
        at_once: int = 200,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._sender = sender
        self._identity = identity
        self._clock = clock
        self._free = asyncio.Semaphore(at_once)
        self._running: set[asyncio.Task[None]] = set()

    def handlers(self) -> Mapping[str, Handler]:
        """The handler of turns; it begins a turn and does not wait for its end."""

        async def begin(leased: Leased) -> None:
            await self._free.acquire()
            turn = asyncio.create_task(self._guarded(leased))
            self._running.add(turn)
            turn.add_done_callback(self._running.discard)
            turn.add_done_callback(lambda _: self._free.release())

        return {turns.KIND: begin}

    @property
    def running(self) -> int:
        """How many turns are under way."""
        return len(self._running)

    async def watch(self) -> None:
        """Set turns for subscriptions that are behind the feed, for ever."""
        while True:
            try:
                async with self._store.transaction() as tx:
                    await turns.notice(tx.connection, self._clock())
            except Exception:  # noqa: BLE001 — a look that failed must not end the watch
                _log.exception("webhooks.look_failed")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def close(self) -> None:
        """Break off all turns; others take them up."""
        for turn in list(self._running):
            turn.cancel()
            with suppress(asyncio.CancelledError):
                await turn

    async def _guarded(self, leased: Leased) -> None:
        try:
            await self.turn(leased)
        except LeaseLost:
            _log.info("webhooks.lease_lost", effect_key=leased.effect_key)
        except Exception:  # noqa: BLE001 — the lease runs out, and the turn is taken again
            _log.exception("webhooks.turn_failed", effect_key=leased.effect_key)

    async def turn(self, leased: Leased) -> None:
        """One turn: until nothing is due, or its time is up.

        Raises:
            LeaseLost: Another worker has it.
        """
        webhook_id = UUID(leased.payload["webhook_id"])
        until = time.monotonic() + _TURN_S
        while True:
            try:
                owner = await self._owner(webhook_id)
            except PeerUnavailable:
                # Nobody knows what the owner may see: nothing is read and nothing is sent.
                await self._yield(leased, webhook_id, _UNKNOWN)
                return
            load = await self._take(leased, webhook_id, owner)
            if load is None:
                return
            if load.due:
                made = await self._deliver(load)
                await self._record(leased, load, made)
            if time.monotonic() > until:
                await self._yield(leased, webhook_id)
                return

    async def _owner(self, webhook_id: UUID) -> Standing:
        """What the owner of a subscription may do now; asked for with no transaction open.

        Raises:
            PeerUnavailable: Nobody knows.
        """
        async with self._store.read() as connection:
            handle = await subscriptions.standing_of(connection, webhook_id)
        return NOBODY if handle is None else await self._identity.standing(handle)

    async def _take(self, leased: Leased, webhook_id: UUID, owner: Standing) -> Load | None:
        """What to bring now; None when there is nothing, and the turn is over."""
        now = self._clock()
        async with self._store.transaction() as tx:
            await timers.extend(tx.connection, leased, _LEASE_S)
            webhook = await turns.hold(tx.connection, webhook_id)
            if webhook is not None and webhook.turn != leased.payload["turn"]:
                webhook = None  # set from an old look at the table; another turn is the right one
            if webhook is not None and webhook.active and not owner.roles & DEPARTMENT_ROLES:
                await results.stop(tx, webhook, "rights", now)
                webhook = None
            load = await self._load(tx, webhook, owner, now) if webhook and webhook.active else None
            if load is None or not (load.due or load.more):
                at = await deliveries.next_due(tx.connection, webhook_id) if load else None
                rests = load.webhook.resting_until if load else None
                after = max(at, rests) if at and rests else at
                await turns.end(tx.connection, leased, webhook_id, after)
                return None
        return load

    async def _load(self, tx: Tx, webhook: Webhook, owner: Standing, now: datetime) -> Load:
        today = local_day(now)
        reader = await reading.reader_for(self._store, tx.connection, webhook, owner, today)
        more = await self._fan_out(tx, webhook, reader, now)
        if webhook.resting_until is not None and webhook.resting_until > now:
            return Load(webhook, (), (), {}, more=False)
        limit = 1 if webhook.is_struggling else _BATCH
        due = await deliveries.due(tx.connection, webhook.id, now, limit)
        bodies = await feed.bodies(tx.connection, reader, [d.place for d in due])
        hidden = [d.id for d in due if d.place not in bodies]
        if hidden:
            await deliveries.withhold(tx.connection, webhook.id, now, hidden)
        keys = await subscriptions.secrets(tx.connection, self._store.sealer, webhook.id, now)
        shown = tuple(d for d in due if d.place in bodies)
        return Load(webhook, tuple(keys), shown, bodies, more=more or bool(hidden))

    async def _fan_out(self, tx: Tx, webhook: Webhook, reader: FeedReader, now: datetime) -> bool:
        """Make deliveries of what is new; whether there may be more."""
        if await deliveries.waiting(tx.connection, webhook.id, _MOST_WAITING) >= _MOST_WAITING:
            return False
        try:
            page = await feed.page(
                tx.connection,
                reader,
                webhook.place,
                _READ_AT_ONCE,
                types=webhook.types,
                misses_nothing=True,
            )
        except FeedCursorTooOld:
            await turns.miss(tx.connection, webhook.id, now)
            return True
        if page.events:
            await deliveries.add(tx.connection, webhook.id, page.events, now)
        if page.reached == webhook.place:
            return False
        await turns.move(tx.connection, webhook.id, page.reached)
        return True

    async def _deliver(self, load: Load) -> list[tuple[Due, Attempt]]:
        """Send in the order of the feed, some at once; stops when the endpoint keeps failing."""
        waiting = deque(load.due)
        made: list[tuple[Due, Attempt]] = []
        in_a_row = 0

        async def carry() -> None:
            nonlocal in_a_row
            while waiting and in_a_row < attempts.STRUGGLING_AFTER:
                due = waiting.popleft()
                attempt = await self._send(load, due)
                made.append((due, attempt))
                in_a_row = 0 if attempt.is_success else in_a_row + 1
                if attempt.is_gone or attempt.rest:
                    waiting.clear()

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_IN_FLIGHT, len(load.due))):
                group.create_task(carry())
        return made

    async def _send(self, load: Load, due: Due) -> Attempt:
        body = load.bodies[due.place].encode()
        headers = signing.headers(str(due.event_id), self._clock(), body, load.keys)
        return await self._sender.send(load.webhook.url, headers, body)

    async def _record(
        self, leased: Leased, load: Load, made: Sequence[tuple[Due, Attempt]]
    ) -> None:
        now = self._clock()
        settled = [results.settled(due, attempt, now) for due, attempt in made]
        async with self._store.transaction() as tx:
            await timers.extend(tx.connection, leased, _LEASE_S)
            webhook = await turns.hold(tx.connection, load.webhook.id)
            if webhook is None:
                return
            await deliveries.settle(tx.connection, webhook.id, now, settled)
            said = results.report(webhook, made, now)
            await turns.report(tx.connection, webhook.id, now, said)
            reason = await results.why_stop(tx, webhook, made, settled, said, now)
            if reason is not None:
                await results.stop(tx, webhook, reason, now)

    async def _yield(self, leased: Leased, webhook_id: UUID, rest: timedelta | None = None) -> None:
        """Let others have their turn; the next one is due at once, or after a rest."""
        at = self._clock() + (rest or timedelta())
        async with self._store.transaction() as tx:
            if rest is not None:
                await turns.rest(tx.connection, webhook_id, at)
            await turns.end(tx.connection, leased, webhook_id, at)
