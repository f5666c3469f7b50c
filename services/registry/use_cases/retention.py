"""Dropping what is kept no longer, once a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.common import timers
from services.common.clock import LOCAL, Clock, local_day, utc_now
from services.common.timers import Handler, Leased
from services.registry.domain.retention import Rule
from services.registry.settings import RegistrySettings
from services.registry.store import retention
from services.registry.store.store import Store, Tx
from services.registry.use_cases.audit import dropping
from services.registry.use_cases.audit.dropping import AccessesDiffer

RETENTION: Final = "registry.retention"
ACCESSES: Final = "accesses"

_log = structlog.get_logger()
_HOUR: Final = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What is kept for how long.

    Attributes:
        months: Of the tables partitioned by month.
        event_days: Of events.
    """

    months: tuple[Rule, ...]
    event_days: int

    @classmethod
    def of(cls, settings: RegistrySettings) -> "Rules":
        """As the settings say."""
        return cls(
            months=(
                Rule(ACCESSES, settings.access_keep_months, "REGISTRY_ACCESS_KEEP_MONTHS"),
                Rule(
                    "resident_history",
                    settings.history_keep_months,
                    "REGISTRY_HISTORY_KEEP_MONTHS",
                ),
            ),
            event_days=settings.event_keep_days,
        )


async def begin(store: Store, clock: Clock = utc_now) -> None:
    """Set the timer that is not set yet; later it sets its successor."""
    async with store.transaction() as tx:
        await _next(tx, clock())


def handlers(store: Store, rules: Rules, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """What to do when the timer is due."""

    async def fire(leased: Leased) -> None:
        await apply(store, rules, clock())
        async with store.transaction() as tx:
            await _next(tx, clock())
            await timers.finish(tx.connection, leased)

    return {RETENTION: fire}


async def apply(store: Store, rules: Rules, now: datetime) -> None:
    """Drop each month that is over its time, and old events; a transaction for each piece."""
    for rule in rules.months:
        async with store.read() as connection:
            partitions = await retention.overdue(connection, rule, local_day(now))
        for partition in partitions:
            try:
                rows = await _drop(store, rule, partition)
            except AccessesDiffer:
                _log.exception("retention.refused", partition=partition)
            else:
                _log.info("retention.dropped", partition=partition, rows=rows, rule=rule.text)
    before = now - timedelta(days=rules.event_days)
    more = True
    while more:
        async with store.transaction() as tx:
            rule_text = f"REGISTRY_EVENT_KEEP_DAYS={rules.event_days}"
            more = await retention.forget_events(tx.connection, before, rule_text)


async def _drop(store: Store, rule: Rule, partition: str) -> int:
    async with store.transaction() as tx:
        if rule.table == ACCESSES:
            await dropping.chain(tx.connection, partition, rule.text)
        return await retention.drop(tx.connection, rule, partition)


async def _next(tx: Tx, now: datetime) -> None:
    local = now.astimezone(LOCAL)
    due_at = local.replace(hour=_HOUR, minute=30, second=0, microsecond=0) + timedelta(days=1)
    await timers.schedule(tx.connection, f"{RETENTION}:{due_at:%Y-%m-%d}", RETENTION, due_at, {})
