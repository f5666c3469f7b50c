"""Begin, continue and end a session of refresh tokens."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from gateway.identity.domain import sessions
from gateway.identity.domain.accounts import Account, Client
from gateway.identity.domain.delegations import Lent
from gateway.identity.domain.refusals import GrantRefused, TokenTypeNotRevocable
from gateway.identity.domain.sessions import Code, Refresh, Verdict
from gateway.identity.store.grants import Session
from gateway.identity.store.store import Tx
from gateway.identity.use_cases import delegating
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import NothingHere
from services.common.ids import new_id

_DOTS_OF_A_JWT: Final = 2

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant bought.

    Attributes:
        access_token: RFC 9068 token.
        refresh_token: For the next one; systems get none.
    """

    access_token: str
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a client shows to buy a session (RFC 6749 §4.1.3, RFC 7636 §4.5).

    Attributes:
        code: The code.
        redirect_uri: Where it says the code was sent.
        verifier: Its PKCE proof.
    """

    code: str
    redirect_uri: str
    verifier: str


async def exchange_code(issuer: Issuer, client: Client, shown: Shown, *, now: datetime) -> Granted:
    """Begin a session with a code.

    Raises:
        GrantRefused: Unknown, over, used, or not this client's. A used one ends its session.
    """
    account: Account | None = None
    session: UUID | None = None
    verdict = Verdict.REFUSE
    refresh_token = secrets.token_urlsafe(32)
    code_hash = _digest(shown.code)
    async with issuer.store.transaction() as tx:
        given = await tx.grants.lock_code(code_hash)
        if given is not None:
            verdict = sessions.judge_code(
                given,
                client=client.id,
                redirect_uri=shown.redirect_uri,
                verifier=shown.verifier,
                now=now,
            )
            account = await tx.accounts.by_id(given.account)
            if verdict is Verdict.ACCEPT and account is not None and not account.is_disabled:
                session = await _Step(issuer, tx, client, now).begin(
                    code_hash, given, refresh_token
                )
            elif verdict is Verdict.BURN:
                await tx.grants.use_code(code_hash, now, None)
            elif verdict is Verdict.END_SESSION and given.family is not None:
                await tx.grants.revoke([given.family], now, "code_reused")
    # Raised outside the block: a refusal that ended a session must not be rolled back.
    account, session = _accepted(verdict, account, session, client)
    token = await issuer.token_for_person(account, client, session, now)
    return Granted(token, refresh_token)


async def refresh(
    issuer: Issuer,
    client: Client,
    *,
    token: str,
    now: datetime,
    acting_for: UUID | None = None,
) -> Granted:
    """Continue a session; the token shown is used up and its successor comes back.

    Args:
        issuer: At hand.
        client: Who shows it.
        token: The refresh token.
        now: The current instant.
        acting_for: Delegation whose rights the access token is to carry instead of one's own.

    Raises:
        GrantRefused: Unknown, over, or not this client's. A used one ends its session.
        TargetRefused: The delegation gives nothing (any more); the refresh token stays good.
    """
    account: Account | None = None
    lent: Lent | None = None
    successor = secrets.token_urlsafe(32)
    async with issuer.store.transaction() as tx:
        given = await tx.grants.lock_refresh(_digest(token))
        verdict = Verdict.REFUSE
        if given is not None:
            retry = timedelta(seconds=issuer.settings.refresh_retry_s)
            verdict = sessions.judge_refresh(given, client=client.id, retry=retry, now=now)
            account = await tx.accounts.by_id(given.account)
            if verdict is Verdict.END_SESSION:
                await tx.grants.revoke([given.family], now, "refresh_reused")
            elif account is None or account.is_disabled:
                await tx.grants.revoke([given.family], now, "account_disabled")
            elif verdict is Verdict.ACCEPT:
                await _Step(issuer, tx, client, now).carry_on(_digest(token), given, successor)
                if acting_for is not None:
                    lent = await delegating.borrowed(tx, acting_for, account, now)
    session = given.family if given is not None else None
    account, session = _accepted(verdict, account, session, client)
    token = await issuer.token_for_person(account, client, session, now, lent)
    return Granted(token, successor)


async def revoke(issuer: Issuer, client: Client, *, token: str, now: datetime) -> None:
    """End the session of a client's refresh token; an unknown token is as good as ended (RFC 7009).

    Raises:
        TokenTypeNotRevocable: It is an access token.
    """
    async with issuer.store.transaction() as tx:
        family = await tx.grants.family_of(_digest(token), client.id)
        if family is not None:
            await tx.grants.revoke([family], now, "signed_out")
    if family is None and token.count(".") == _DOTS_OF_A_JWT:
        raise TokenTypeNotRevocable("Access tokens end by themselves; revoke the refresh token.")


async def own(issuer: Issuer, account_id: UUID, *, now: datetime) -> list[Session]:
    """Where a person is signed in."""
    async with issuer.store.read() as view:
        return await view.grants.sessions_of(account_id, now)


async def end_own(issuer: Issuer, account_id: UUID, session: UUID, *, now: datetime) -> None:
    """Sign a person out somewhere else; its last access token ends within ten minutes.

    Raises:
        NothingHere: It is no session of this person.
    """
    async with issuer.store.transaction() as tx:
        if not await tx.grants.end_own(session, account_id, now):
            raise NothingHere


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a session, inside its transaction."""

    issuer: Issuer
    tx: Tx
    client: Client
    now: datetime

    async def begin(self, code_hash: bytes, given: Code, refresh_token: str) -> UUID:
        family = new_id()
        absolute = timedelta(seconds=self.issuer.settings.refresh_absolute_s)
        await self.tx.grants.begin(
            family,
            account=given.account,
            client=self.client.id,
            signed_in_at=given.signed_in_at,
            ends=given.signed_in_at + absolute,
        )
        await self.tx.grants.use_code(code_hash, self.now, family)
        await self._add(refresh_token, family)
        return family

    async def carry_on(self, token_hash: bytes, given: Refresh, successor: str) -> None:
        if given.successor is not None:
            _log.info("identity.refresh_repeated", family=str(given.family))
            await self.tx.grants.use_refresh(given.successor, self.now, None)
        await self._add(successor, given.family)
        await self.tx.grants.use_refresh(token_hash, self.now, _digest(successor))

    async def _add(self, token: str, family: UUID) -> None:
        general = self.issuer.settings.refresh_idle_s
        idle = timedelta(seconds=min(general, self.client.idle_limit_s or general))
        await self.tx.grants.add_refresh(
            _digest(token), family, now=self.now, expires_at=self.now + idle
        )


def _accepted(
    verdict: Verdict, account: Account | None, session: UUID | None, client: Client
) -> tuple[Account, UUID]:
    match account, session:
        case Account(is_disabled=False), UUID() if verdict is Verdict.ACCEPT:
            return account, session
    if verdict in (Verdict.BURN, Verdict.END_SESSION):
        _log.warning("identity.grant_misused", client=client.id, verdict=verdict.value)
    raise GrantRefused("The grant is not valid: unknown, over, used before, or not yours.")


def _digest(token: str) -> bytes:
    """What is stored of a code or token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()
