"""Set a new password."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gateway.identity.domain import passwords
from gateway.identity.domain.accounts import Account
from gateway.identity.domain.passwords import (
    PasswordNotRight,
    PasswordUsedBefore,
    SignInLocked,
)
from gateway.identity.store.administration import Change as Record
from gateway.identity.use_cases import second_factor, sign_in
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sign_in import Outcome
from services.common.errors import NothingHere


@dataclass(frozen=True, slots=True)
class Change:
    """A wish to change one's password.

    Attributes:
        account: Who.
        client: Through which client.
        session: The session it is asked from, which goes on.
        current: The present password.
        new: The next one.
        code: Of their authenticator, where they have one.
    """

    account: UUID
    client: str
    session: UUID | None
    current: str = field(repr=False)
    new: str = field(repr=False)
    code: str = field(repr=False)


async def change(issuer: Issuer, wish: Change, *, now: datetime) -> None:
    """Replace a person's password and end all their other sessions.

    Raises:
        NothingHere: There is no such account.
        ValidationFailed: The new one is too weak.
        SignInLocked: Too many wrong ones, or wrong codes: they count as in signing in.
        PasswordNotRight: The present one is wrong.
        CodeNotRight: The second factor is.
        PasswordUsedBefore: The new one is one of the last.
    """
    account = await present(issuer, wish.account)
    passwords.require_strong(wish.new, account.login)
    await require_password(issuer, account, wish.current, client=wish.client, now=now)
    await second_factor.require(issuer, account, wish.code, client=wish.client, now=now)
    await replace(issuer, account, wish.new, keep=wish.session, now=now)


def is_due(issuer: Issuer, account: Account, *, now: datetime) -> bool:
    """Whether a person chooses a new password before they are signed in."""
    due_at = passwords.due_at(account, issuer.settings.password_age_days)
    return due_at is not None and due_at <= now


async def present(issuer: Issuer, account_id: UUID) -> Account:
    """The account of somebody who is signed in; raises `NothingHere`."""
    async with issuer.store.read() as view:
        account = await view.accounts.by_id(account_id)
    if account is None:
        raise NothingHere
    return account


async def require_password(
    issuer: Issuer, account: Account, password: str, *, client: str, now: datetime
) -> None:
    """Take a person's present password once more.

    Raises:
        SignInLocked: Too many wrong ones: they count as in signing in.
        PasswordNotRight: It is wrong.
    """
    tried = await sign_in.attempt(
        issuer, login=account.login, password=password, client=client, now=now
    )
    if tried.outcome is Outcome.LOCKED:
        raise SignInLocked(retry_after_s=issuer.settings.lock_s)
    if tried.account is None:
        raise PasswordNotRight


async def replace(
    issuer: Issuer, account: Account, new: str, *, now: datetime, keep: UUID | None = None
) -> None:
    """Give somebody who proved who they are a new password of their own choice.

    Args:
        issuer: At hand.
        account: Whose.
        new: The next one.
        now: The current instant.
        keep: A session that goes on; all others end.

    Raises:
        ValidationFailed: It is too weak.
        PasswordUsedBefore: It is one of the last.
    """
    passwords.require_strong(new, account.login)
    remembered = issuer.settings.passwords_remembered
    async with issuer.store.read() as view:
        past = await view.accounts.past_hashes(account.id, max(remembered - 1, 0))
    # The present one counts even where none are remembered: a change is a change.
    for known in (account.password_hash, *past):
        if known and await issuer.hasher.verify(new, known):
            raise PasswordUsedBefore
    encoded = await issuer.hasher.hash(new)
    async with issuer.store.transaction() as tx:
        await tx.accounts.set_password(account.id, encoded, now)
        await tx.accounts.forget_hashes(account.id, remembered)
        await tx.grants.revoke_of_login(account.login, now, "password_changed", keep=keep)
        own = (account.id, account.name)
        await tx.administration.note(account.id, Record("password_changed", "", {}, {}), own, now)
