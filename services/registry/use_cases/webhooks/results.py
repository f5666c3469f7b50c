"""What a batch of attempts means: for each delivery, for the endpoint, and whether to go on."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from services.registry.domain.webhooks import attempts
from services.registry.domain.webhooks.attempts import Attempt
from services.registry.domain.webhooks.subscriptions import Webhook
from services.registry.store.store import Tx
from services.registry.store.webhooks import deliveries, turns
from services.registry.store.webhooks.deliveries import Due, Settled
from services.registry.store.webhooks.turns import Report

_log = structlog.get_logger()


def settled(due: Due, attempt: Attempt, now: datetime) -> Settled:
    """What an attempt makes of its delivery."""
    if attempt.is_success:
        return Settled(due.id, "delivered", None, attempt.outcome)
    again = attempts.next_due(due.attempts + 1, attempt, now, _jitter())
    state = "dead" if again is None else "pending"
    return Settled(due.id, state, again, attempt.outcome)


def report(webhook: Webhook, made: Sequence[tuple[Due, Attempt]], now: datetime) -> Report:
    """How an endpoint did; one success shows that it is there."""
    succeeded = [attempt for _, attempt in made if attempt.is_success]
    failed = [attempt for _, attempt in made if not attempt.is_success]
    failures = 0 if succeeded else webhook.failures + 1
    if not succeeded and len(failed) >= attempts.STRUGGLING_AFTER:
        failures = max(failures, attempts.STRUGGLING_AFTER)
    rest = None
    if failed:
        tired = max(failed, key=lambda attempt: attempt.rest or timedelta())
        rest = attempts.rest_of(failures, tired, now, _jitter())
    last = made[-1][1].outcome
    return Report(failures, rest, last, succeeded=bool(succeeded), failed=bool(failed))


async def why_stop(
    tx: Tx,
    webhook: Webhook,
    made: Sequence[tuple[Due, Attempt]],
    ended: Sequence[Settled],
    said: Report,
    now: datetime,
) -> str | None:
    """Why nothing more is sent to an endpoint; None when something is.

    It is given up when a delivery was tried for three days and nothing else succeeded meanwhile.
    """
    if any(attempt.is_gone for _, attempt in made):
        return "gone"
    if said.succeeded:
        return None
    dead = {delivery.id for delivery in ended if delivery.state == "dead"}
    given_up = [due.pending_since for due, _ in made if due.id in dead]
    if said.failures >= attempts.STRUGGLING_AFTER:
        oldest = now - attempts.GIVEN_UP_AFTER
        if await deliveries.bury(
            tx.connection, webhook.id, now, before=oldest, outcome="waited too long"
        ):
            given_up.append(oldest)
    last = webhook.last_success_at
    return "failing" if any(last is None or last < since for since in given_up) else None


async def stop(tx: Tx, webhook: Webhook, reason: str, now: datetime) -> None:
    """Send nothing more; what waited becomes dead letters, which its owner can replay."""
    await turns.stop(tx.connection, webhook.id, reason)
    await deliveries.bury(tx.connection, webhook.id, now, before=None, outcome=f"stopped: {reason}")
    _log.info("webhooks.stopped", webhook_id=str(webhook.id), reason=reason)


def _jitter() -> float:
    return random.random()  # noqa: S311 — spreads load, hides nothing
