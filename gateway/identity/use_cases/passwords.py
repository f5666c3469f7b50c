"""Set a new password."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gateway.identity.domain import passwords
from gateway.identity.domain.passwords import PasswordNotRight, SignInLocked
from gateway.identity.use_cases import sign_in
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sign_in import Outcome
from services.common.errors import NothingHere


@dataclass(frozen=True, slots=True)
class Change:
    """A wish to change one's password.

    Attributes:
        account: Who.
        client: Through which client.
        current: The present password.
        new: The next one.
    """

    account: UUID
    client: str
    current: str = field(repr=False)
    new: str = field(repr=False)


async def change(issuer: Issuer, wish: Change, *, now: datetime) -> None:
    """Replace a person's password and end all their sessions.

    Raises:
        NothingHere: There is no such account.
        ValidationFailed: The new one is too weak.
        SignInLocked: Too many wrong ones: they count as in signing in.
        PasswordNotRight: The present one is wrong.
    """
    async with issuer.store.read() as view:
        account = await view.accounts.by_id(wish.account)
    if account is None:
        raise NothingHere
    passwords.require_strong(wish.new, account.login)
    tried = await sign_in.attempt(
        issuer, login=account.login, password=wish.current, client=wish.client, now=now
    )
    if tried.outcome is Outcome.LOCKED:
        raise SignInLocked(retry_after_s=issuer.settings.lock_s)
    if tried.account is None:
        raise PasswordNotRight
    encoded = await issuer.hasher.hash(wish.new)
    async with issuer.store.transaction() as tx:
        await tx.accounts.set_password(account.id, encoded, now)
        await tx.grants.revoke_of_login(account.login, now, "password_changed")
