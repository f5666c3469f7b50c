"""Follow the signing key by hand."""

from datetime import datetime, timedelta

import orjson
import structlog

from gateway.identity.use_cases.issuer import Issuer
from services.common.idempotency import Answer, Once

_log = structlog.get_logger()


async def rotate(issuer: Issuer, once: Once, *, is_compromised: bool, now: datetime) -> Answer:
    """Add a signing key.

    Args:
        issuer: At hand.
        once: The request's claim to be carried out once.
        is_compromised: Sign with it at once and withdraw all others, instead of giving notice.
        now: The current instant.
    """
    ahead = timedelta(seconds=0 if is_compromised else issuer.settings.key_ahead_s)
    async with issuer.store.transaction(once) as tx:
        await tx.keys.lock()
        older = [row.kid for row in await tx.keys.all()]
        kid = await issuer.keyring.rotate(tx, active_from=now + ahead)
        if is_compromised:
            await tx.keys.drop(older)
        view = {"kid": kid, "active_from": (now + ahead).isoformat()}
        answer = await tx.answer(Answer(orjson.dumps(view), 201))
    issuer.keyring.reread()
    _log.warning("identity.key_rotated", kid=kid, is_compromised=is_compromised)
    return answer
