"""Sign a person in, and give their browser a code."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from gateway.identity.domain import lockout
from gateway.identity.domain.accounts import Account, normal_login
from gateway.identity.domain.lockout import Guard
from gateway.identity.domain.sessions import Code
from gateway.identity.store.sign_ins import SignIn
from gateway.identity.store.store import Tx
from gateway.identity.use_cases.issuer import Issuer
from services.common.outbox import Event

ACCOUNT_LOCKED: Final = "identity.account.locked.v1"
_MAX_TYPED: Final = 256


class Outcome(Enum):
    """How an attempt ended; the values are those of the log."""

    SIGNED_IN = "signed_in"
    WRONG = "wrong_password"
    LOCKED = "locked"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as it ended.

    Attributes:
        outcome: How.
        account: Whose, where the password was right.
        locked_until: End of the lock, where it is or became locked.
    """

    outcome: Outcome
    account: Account | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What a web application asked for, checked.

    Attributes:
        client: Its client id.
        redirect_uri: Where the code goes.
        challenge: S256 challenge.
    """

    client: str
    redirect_uri: str
    challenge: str


async def attempt(
    issuer: Issuer, *, login: str, password: str, client: str, now: datetime
) -> Attempt:
    """Try a login name and a password.

    An unknown name is counted, locked and timed like a known one. The attempt is counted before the
    password is looked at, so guesses sent side by side cannot outrun the lock.

    Args:
        issuer: At hand.
        login: As typed.
        password: As typed.
        client: Through which client.
        now: The current instant.
    """
    name = normal_login(login[:_MAX_TYPED])
    index = issuer.login_index(name)
    async with issuer.store.transaction() as tx:
        account = await tx.accounts.by_login(name)
        trial = _Trial(index, account, client, now)
        guard = await tx.sign_ins.lock_guard(index, now)
        is_refused = guard.is_locked(now)
        if is_refused:
            await trial.record(tx, Outcome.LOCKED)
        else:
            guard = lockout.count(guard, issuer.lock_rule, now)
            await tx.sign_ins.keep_guard(index, guard)
    if is_refused:
        return Attempt(Outcome.LOCKED, locked_until=guard.locked_until)
    encoded = account.password_hash if account else None
    is_right = await issuer.hasher.verify(password[:_MAX_TYPED], encoded)
    async with issuer.store.transaction() as tx:
        return await trial.end(tx, guard, is_right=is_right)


@dataclass(frozen=True, slots=True)
class _Trial:
    """An attempt that was counted and is not decided yet."""

    index: bytes
    account: Account | None
    client: str
    now: datetime

    async def end(self, tx: Tx, guard: Guard, *, is_right: bool) -> Attempt:
        if self.account is None or not is_right:
            await self.record(tx, Outcome.WRONG)
            if guard.locked_until is None:
                return Attempt(Outcome.WRONG)
            if self.account is not None:
                await tx.publish(_locked(self.account, guard.locked_until, self.client, self.now))
            return Attempt(Outcome.LOCKED, locked_until=guard.locked_until)
        await tx.sign_ins.clear_guard(self.index)
        if self.account.is_disabled:
            await self.record(tx, Outcome.DISABLED)
            return Attempt(Outcome.DISABLED)
        return Attempt(Outcome.SIGNED_IN, self.account)

    async def record(self, tx: Tx, outcome: Outcome) -> None:
        account_id = self.account.id if self.account else None
        await tx.sign_ins.record(
            SignIn(outcome.value, self.client, self.index, account_id), self.now
        )


async def give_code(issuer: Issuer, ask: Ask, account: Account, *, now: datetime) -> str:
    """A code that buys a session once, within a minute, for whoever sent the challenge."""
    code = secrets.token_urlsafe(32)
    expires_at = now + timedelta(seconds=issuer.settings.code_s)
    given = Code(
        client=ask.client,
        account=account.id,
        redirect_uri=ask.redirect_uri,
        challenge=ask.challenge,
        signed_in_at=now,
        expires_at=expires_at,
        is_used=False,
        family=None,
    )
    async with issuer.store.transaction() as tx:
        # 256 random bits need no slow hash: nobody can try them.
        await tx.grants.add_code(hashlib.sha256(code.encode()).digest(), given)
        index = issuer.login_index(account.login)
        await tx.sign_ins.record(
            SignIn(Outcome.SIGNED_IN.value, ask.client, index, account.id), now
        )
    return code


def _locked(account: Account, until: datetime, client: str, now: datetime) -> Event:
    return Event(
        type=ACCOUNT_LOCKED,
        subject=str(account.id),
        area=account.area,
        occurred_at=now,
        data={
            "account_id": str(account.id),
            "client_id": client,
            "locked_until": until.isoformat(),
        },
    )
