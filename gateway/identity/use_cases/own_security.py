"""What protects one's own account: how it stands, a new authenticator, new recovery codes."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from gateway.identity.domain import passwords as rules
from gateway.identity.domain.accounts import Account
from gateway.identity.domain.passwords import CodeNotRight
from gateway.identity.use_cases import passwords, second_factor
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import NothingHere
from services.common.sealing import SealBroken

_LIFE_S: Final = 600


@dataclass(frozen=True, slots=True)
class Proposal:
    """An authenticator that has not shown a code yet.

    Attributes:
        secret: Base32, shown once.
        uri: `otpauth://` address for a QR code.
        note: Sealed; brought back with the first code.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    note: str = field(repr=False)


async def standing(issuer: Issuer, account: Account) -> dict[str, Any]:
    """How an account is protected."""
    async with issuer.store.read() as view:
        enrolled_at, left = await view.second_factors.standing(account.id)
    return {
        "login": account.login,
        "password_changed_at": account.password_changed_at,
        "password_due_at": rules.due_at(account, issuer.settings.password_age_days),
        "authenticator_since": enrolled_at,
        "recovery_codes_left": left,
    }


async def propose(
    issuer: Issuer, account: Account, proof: tuple[str, str], *, client: str, now: datetime
) -> Proposal:
    """A secret for a new authenticator, for who proves that they are the old one's owner.

    Args:
        issuer: At hand.
        account: Whose.
        proof: Present password, and a code of the present authenticator where there is one.
        client: Through which client.
        now: The current instant.

    Raises:
        PasswordNotRight, CodeNotRight, SignInLocked: The proof is wrong.
    """
    password, code = proof
    await passwords.require_password(issuer, account, password, client=client, now=now)
    await second_factor.require(issuer, account, code, client=client, now=now)
    proposed = second_factor.propose(account)
    body = orjson.dumps([proposed.secret, int(now.timestamp())]).decode()
    note = base64.urlsafe_b64encode(issuer.sealer.seal(body, _context(account))).decode()
    return Proposal(proposed.secret, proposed.uri, note)


async def accept(
    issuer: Issuer, account: Account, note: str, code: str, *, now: datetime
) -> tuple[str, ...]:
    """Take the proposed authenticator instead of the present one.

    Returns:
        Recovery codes, told only now.

    Raises:
        NothingHere: Nothing was proposed, or too long ago.
        CodeNotRight: The new authenticator shows another code.
    """
    try:
        sealed = base64.urlsafe_b64decode(note.encode())
        secret, made_at = orjson.loads(issuer.sealer.open(sealed, _context(account)))
    except (binascii.Error, ValueError, SealBroken):
        raise NothingHere from None
    if not 0 <= now.timestamp() - made_at <= _LIFE_S:
        raise NothingHere
    codes = await second_factor.enrol(issuer, account, secret, code, now=now, is_instead=True)
    if codes is None:
        raise CodeNotRight
    return codes


def _context(account: Account) -> bytes:
    return b"authenticator proposal:" + account.id.bytes
