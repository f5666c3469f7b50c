"""The second factor: time-based codes (RFC 6238) from an authenticator, and recovery codes.

Wrong codes count like wrong passwords, on a guard of their own, so that somebody who has the
password cannot try a million codes.
"""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

import pyotp

from gateway.identity.domain import lockout
from gateway.identity.domain.accounts import Account
from gateway.identity.domain.passwords import CodeNotRight, SignInLocked
from gateway.identity.store.administration import Change
from gateway.identity.store.second_factors import SecondFactor
from gateway.identity.store.sign_ins import SignIn
from gateway.identity.store.store import Tx
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import NothingHere

STEP_S: Final = 30
_CLOCK_STEPS: Final = 1
"""A phone's clock may be half a minute off either way (RFC 6238 section 5.2)."""
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_PRODUCT: Final = "OneGrid"


class Need(Enum):
    """What is still asked of somebody whose password was right."""

    NOTHING = "nothing"
    CODE = "code"
    ENROLMENT = "enrolment"


class Checked(Enum):
    """How a code was taken; the values are those of the log."""

    RIGHT = "signed_in"
    WRONG = "wrong_code"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person's authenticator is told.

    Attributes:
        secret: Base32, shown once.
        uri: `otpauth://` address for a QR code.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)


async def need(issuer: Issuer, account: Account) -> Need:
    """What is asked after the password: everybody's own rule, and the demo's people are spared.

    The demo's accounts share one password that is printed at the start; a second factor would
    protect nothing and stop everybody from looking around.
    """
    async with issuer.store.read() as view:
        if await view.second_factors.is_enrolled(account.id):
            return Need.CODE
    is_asked = issuer.settings.second_factor == "required" and not account.is_demo
    return Need.ENROLMENT if is_asked else Need.NOTHING


def propose(account: Account, secret: str | None = None) -> Enrolment:
    """A secret for a person's authenticator; the same one again when the page is shown again."""
    secret = secret or pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=_PRODUCT)
    return Enrolment(secret, uri)


async def enrol(
    issuer: Issuer,
    account: Account,
    secret: str,
    code: str,
    *,
    now: datetime,
    is_instead: bool = False,
) -> tuple[str, ...] | None:
    """Keep an authenticator that has shown a right code.

    Args:
        issuer: At hand.
        account: Whose.
        secret: What it was told.
        code: What it shows.
        now: The current instant.
        is_instead: It takes the place of one that was proved before.

    Returns:
        Recovery codes, told only now; None when the code is wrong, or somebody enrolled meanwhile.
    """
    step = _step_of(secret, code, now)
    if step is None:
        return None
    codes, indexes = _recovery_codes(issuer)
    sealed = issuer.sealer.seal(secret, _context(account))
    async with issuer.store.transaction() as tx:
        if is_instead:
            await tx.second_factors.forget(account.id)
        factor = SecondFactor(sealed, step)
        if not await tx.second_factors.enrol(account.id, factor, indexes, now):
            return None
        if is_instead:
            await _note(tx, account, "authenticator_changed", now)
    return codes


async def renew_codes(
    issuer: Issuer, account: Account, code: str, *, client: str, now: datetime
) -> tuple[str, ...]:
    """New recovery codes instead of all there were, told only now.

    Raises:
        NothingHere: There is no authenticator they could stand for.
        CodeNotRight, SignInLocked: As for `require`.
    """
    async with issuer.store.read() as view:
        if not await view.second_factors.is_enrolled(account.id):
            raise NothingHere
    await require(issuer, account, code, client=client, now=now)
    codes, indexes = _recovery_codes(issuer)
    async with issuer.store.transaction() as tx:
        await tx.second_factors.replace_codes(account.id, indexes)
        await _note(tx, account, "recovery_codes_made", now)
    return codes


async def check(
    issuer: Issuer, account: Account, code: str, *, client: str, now: datetime
) -> Checked:
    """Take a code from the authenticator, or a recovery code, once.

    Args:
        issuer: At hand.
        account: Whose password was right.
        code: As typed.
        client: Through which client.
        now: The current instant.
    """
    guard_index = issuer.code_index(account.id)
    async with issuer.store.transaction() as tx:
        guard = await tx.sign_ins.lock_guard(guard_index, now)
        if guard.is_locked(now):
            outcome = Checked.LOCKED
        elif await _is_good(issuer, tx, account, code, now):
            await tx.sign_ins.clear_guard(guard_index)
            outcome = Checked.RIGHT
        else:
            guard = lockout.count(guard, issuer.lock_rule, now)
            await tx.sign_ins.keep_guard(guard_index, guard)
            outcome = Checked.WRONG if guard.locked_until is None else Checked.LOCKED
        if outcome is not Checked.RIGHT:
            login_index = issuer.login_index(account.login)
            await tx.sign_ins.record(SignIn(outcome.value, client, login_index, account.id), now)
    return outcome


async def require(
    issuer: Issuer, account: Account, code: str, *, client: str, now: datetime
) -> None:
    """Take a code from somebody who has an authenticator, before they change what protects them.

    Raises:
        CodeNotRight: It is not right.
        SignInLocked: Too many wrong ones.
    """
    async with issuer.store.read() as view:
        if not await view.second_factors.is_enrolled(account.id):
            return
    checked = await check(issuer, account, code, client=client, now=now)
    if checked is Checked.LOCKED:
        raise SignInLocked(retry_after_s=issuer.settings.lock_s)
    if checked is Checked.WRONG:
        raise CodeNotRight


async def _is_good(issuer: Issuer, tx: Tx, account: Account, code: str, now: datetime) -> bool:
    factor = await tx.second_factors.lock(account.id)
    if factor is None:
        return False
    typed = "".join(code.split()).replace("-", "")
    if typed.isascii() and typed.isdigit():
        secret = issuer.sealer.open(factor.sealed, _context(account))
        step = _step_of(secret, typed, now)
        if step is None or step <= factor.last_step:
            return False
        await tx.second_factors.use_step(account.id, step)
        return True
    return await tx.second_factors.use_code(account.id, _index(issuer, typed), now)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step, near now, whose code this is."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP_S
    for step in range(present - _CLOCK_STEPS, present + _CLOCK_STEPS + 1):
        if pyotp.utils.strings_equal(typed, totp.generate_otp(step)):
            return step
    return None


async def _note(tx: Tx, account: Account, action: str, now: datetime) -> None:
    own = (account.id, account.name)
    await tx.administration.note(account.id, Change(action, "", {}, {}), own, now)


def _recovery_codes(issuer: Issuer) -> tuple[tuple[str, ...], list[bytes]]:
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    return codes, [_index(issuer, code) for code in codes]


def _recovery_code() -> str:
    """Sixteen characters in four groups: 80 random bits nobody can try."""
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _index(issuer: Issuer, code: str) -> bytes:
    return issuer.sealer.blind_index("recovery_code", code.replace("-", "").lower())


def _context(account: Account) -> bytes:
    return b"second_factor:" + account.id.bytes
