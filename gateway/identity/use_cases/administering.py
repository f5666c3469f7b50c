"""Opening, naming, entitling, equipping and closing accounts; each leaves a record."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.identity.domain import accounts, administration
from gateway.identity.domain.administration import Rights
from gateway.identity.store.administration import Change, Held
from gateway.identity.store.store import Tx
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import DomainError, Fault, Kind, NothingHere, ValidationFailed
from services.common.outbox import Event

ACCOUNT_CHANGED: Final = "identity.account.changed.v1"
_PASSWORD_BYTES: Final = 12


class AccountChanged(DomainError):
    """Somebody changed this account since you read it; read it again."""

    kind = Kind.STALE
    title = "The account has changed"
    title_zh = "账号已被他人修改，请刷新后再试"
    title_ko = "계정이 그사이 바뀌였습니다. 다시 불러오십시오"


class LoginTaken(DomainError):
    """An account you do not administer has this login name."""

    kind = Kind.CONFLICT
    title = "The login name is taken"
    title_zh = "登录名已被占用"
    title_ko = "로그인이름이 이미 쓰이고있습니다"


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who administers.

    Attributes:
        id: Subject of the token.
        name: What people call them.
        areas: Area prefixes they administer.
    """

    id: UUID
    name: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done to which version of an account.

    Attributes:
        login: Whose.
        version: As it was read.
        reason: Why.
    """

    login: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Who an account is for.

    Attributes:
        login: Its login name.
        name: What people call its person.
        organisation: Organisation code.
        version: As it was read, where it is there already.
    """

    login: str
    name: str
    organisation: str
    version: int | None


async def put(
    issuer: Issuer, by: Administrator, wish: Opening, *, now: datetime
) -> tuple[bool, int, str]:
    """Open an account, or rename one that is there.

    Returns:
        Whether it is new, its version, and its JSON text.

    Raises:
        ValidationFailed: The login name is not acceptable, or the organisation is not theirs.
        LoginTaken: Somebody else's account has the name.
        AccountChanged: Another version than the one read.
    """
    login, name, organisation = wish.login, wish.name, wish.organisation
    accounts.require_login(login)
    require_inside(by, organisation)
    after = {"name": name, "organisation": organisation}
    async with issuer.store.transaction() as tx:
        held = await tx.administration.lock(login, by.areas)
        if held is None:
            account_id = await tx.administration.create(login, name, organisation, now)
            if account_id is None:
                raise LoginTaken
            change = Change("created", "", {}, after)
        else:
            _require(held, by, wish.version)
            account_id = held.account.id
            before = {"name": held.account.name, "organisation": held.account.organisation}
            await tx.administration.rename(account_id, name, organisation)
            change = Change("renamed", "", before, after)
        await _record(tx, account_id, organisation, change, by, now)
        found = await tx.administration.one(login, by.areas)
    assert found is not None  # noqa: S101 — written in this transaction, in the same areas
    return held is None, *found


async def grant(
    issuer: Issuer, by: Administrator, wish: Wish, rights: Rights, *, now: datetime
) -> tuple[int, str]:
    """Replace what an account may do; its tokens follow within ten minutes.

    Raises:
        NothingHere: There is no such account in the administrator's areas.
        OwnAccount: It is the administrator's own.
        AccountChanged: Another version than the one read.
        ValidationFailed: These rights cannot be given.
    """
    administration.require_grantable(rights, by.areas)
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        before = Rights(held.account.roles, held.account.areas, held.account.domains)
        await tx.administration.grant(held.account.id, rights)
        change = Change("rights_given", wish.reason, shape(before), shape(rights))
        return await _done(tx, held, change, by, now)


async def issue_credentials(
    issuer: Issuer, by: Administrator, wish: Wish, *, now: datetime
) -> tuple[int, str]:
    """A new first password, told only now; sessions end and the authenticator is forgotten.

    Returns:
        The new version, and the password.

    Raises:
        NothingHere, OwnAccount, AccountChanged: As for `grant`.
    """
    # Four kinds of character whatever chance says, and long enough not to be guessed.
    password = f"Og{secrets.token_urlsafe(_PASSWORD_BYTES)}-7"
    encoded = await issuer.hasher.hash(password)
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.accounts.set_password(held.account.id, encoded, now, must_change=True)
        await tx.administration.touch(held.account.id)
        await tx.second_factors.forget(held.account.id)
        await tx.grants.revoke_of_login(held.account.login, now, "password_changed")
        change = Change("credentials_issued", wish.reason, {}, {})
        version, _ = await _done(tx, held, change, by, now)
    return version, password


async def set_disabled(
    issuer: Issuer, by: Administrator, wish: Wish, *, is_disabled: bool, now: datetime
) -> tuple[int, str]:
    """Withdraw an account and end its sessions, or give it back.

    Raises:
        NothingHere, OwnAccount, AccountChanged: As for `grant`.
    """
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.administration.set_disabled(held.account.id, now if is_disabled else None)
        if is_disabled:
            await tx.grants.revoke_of_login(held.account.login, now, "account_disabled")
        action = "disabled" if is_disabled else "enabled"
        before, after = {"is_disabled": held.account.is_disabled}, {"is_disabled": is_disabled}
        return await _done(tx, held, Change(action, wish.reason, before, after), by, now)


async def unlock(
    issuer: Issuer, by: Administrator, wish: Wish, *, now: datetime
) -> tuple[int, str]:
    """Forget wrong passwords and codes, so that the person may try again at once.

    Raises:
        NothingHere, OwnAccount, AccountChanged: As for `grant`.
    """
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.sign_ins.clear_guard(issuer.login_index(held.account.login))
        await tx.sign_ins.clear_guard(issuer.code_index(held.account.id))
        return await _done(tx, held, Change("unlocked", wish.reason, {}, {}), by, now)


async def link(
    issuer: Issuer,
    by: Administrator,
    wish: Wish,
    house: str,
    external_id: str | None,
    *,
    now: datetime,
) -> tuple[int, str]:
    """Say who somebody is in another house (WeCom, DingTalk), or take that back.

    Raises:
        NothingHere, OwnAccount, AccountChanged: As for `grant`.
        ExternalIdTaken: Another account is that one.
    """
    external_id = administration.external_id_of(house, external_id)
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        before = await tx.administration.link(held.account.id, house, external_id)
        await tx.administration.touch(held.account.id)
        change = Change("linked", wish.reason, {house: before}, {house: external_id})
        return await _done(tx, held, change, by, now)


def require_inside(by: Administrator, organisation: str) -> None:
    """Accept an organisation the administrator answers for; raises `ValidationFailed`."""
    if not organisation.startswith(by.areas):
        raise ValidationFailed(Fault("/organisation", "outside", "该单位不在您的管理范围内。"))


async def _held(tx: Tx, by: Administrator, wish: Wish) -> Held:
    held = await tx.administration.lock(wish.login, by.areas)
    if held is None:
        raise NothingHere
    _require(held, by, wish.version)
    return held


def _require(held: Held, by: Administrator, version: int | None) -> None:
    administration.require_another(held.account, by.id)
    if held.version != version:
        raise AccountChanged(version=held.version)


async def _done(
    tx: Tx, held: Held, change: Change, by: Administrator, now: datetime
) -> tuple[int, str]:
    await _record(tx, held.account.id, held.account.organisation, change, by, now)
    found = await tx.administration.one(held.account.login, by.areas)
    assert found is not None  # noqa: S101 — locked in this transaction, in the same areas
    return found


async def _record(
    tx: Tx,
    account_id: UUID,
    organisation: str,
    change: Change,
    by: Administrator,
    now: datetime,
) -> None:
    await tx.administration.note(account_id, change, (by.id, by.name), now)
    data = {"account_id": str(account_id), "action": change.action}
    area = organisation.partition(".")[0]
    await tx.publish(Event(ACCOUNT_CHANGED, str(account_id), area, now, data))


def shape(rights: Rights) -> dict[str, list[str]]:
    """Rights as a record keeps them."""
    return {
        "roles": list(rights.roles),
        "areas": list(rights.areas),
        "domains": list(rights.domains),
    }
