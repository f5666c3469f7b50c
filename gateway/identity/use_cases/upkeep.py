"""What happens without being asked: keys are followed, what has ended is deleted."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from gateway.identity.use_cases.issuer import Issuer
from services.common.clock import Clock

_EVERY_S: Final = 3_600.0

_log = structlog.get_logger()


async def tend(issuer: Issuer, clock: Clock) -> None:
    """One round of upkeep, in one transaction."""
    now = clock()
    log_before = now - timedelta(days=issuer.settings.sign_ins_kept_days)
    async with issuer.store.transaction() as tx:
        await issuer.keyring.tend(tx)
        await tx.keys.sweep(now, log_before)
    issuer.keyring.reread()


async def run(issuer: Issuer, clock: Clock, *, every_s: float = _EVERY_S) -> None:
    """A round every hour until cancelled; a round that failed is logged and tried again."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await tend(issuer, clock)
        except Exception:  # noqa: BLE001 — whatever failed, the next round tries again
            _log.exception("identity.upkeep_failed")
