"""What somebody may do now, for a service that acts for them while they are away.

A handle is the sealed name of an account or a system: its owner hands it to a service, which asks
with it and learns nothing about anybody else. Nothing is kept of it.
"""

import base64
from typing import Any, Final
from uuid import UUID

import orjson

from gateway.identity.domain.accounts import Account, Client
from gateway.identity.use_cases.issuer import Issuer
from services.common.sealing import SealBroken

_CONTEXT: Final = b"standing"
NONE: Final = b'{"active":false,"roles":[],"areas":[],"domains":[]}'


def handle_of(issuer: Issuer, subject: str) -> str:
    """A handle for whoever a token names; another one each time."""
    return base64.urlsafe_b64encode(issuer.sealer.seal(subject, _CONTEXT)).decode()


async def standing(issuer: Issuer, handle: str) -> bytes:
    """Roles, areas and domains behind a handle as they are now, as JSON; none is not active."""
    try:
        subject = issuer.sealer.open(base64.urlsafe_b64decode(handle), _CONTEXT)
    except (ValueError, SealBroken):
        return NONE
    found = await _found(issuer, subject)
    if found is None or found.is_disabled:
        return NONE
    told: dict[str, Any] = {
        "active": True,
        "roles": sorted(found.roles),
        "areas": sorted(found.areas),
        "domains": sorted(found.domains),
    }
    return orjson.dumps(told)


async def _found(issuer: Issuer, subject: str) -> Account | Client | None:
    async with issuer.store.read() as view:
        try:
            account = await view.accounts.by_id(UUID(subject))
        except ValueError:
            account = None
        return account or await view.accounts.client(subject)
