"""Registering departments' systems, entitling them, giving them secrets or keys, closing them.

Each act leaves a record beside those about accounts.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.identity.domain import accounts, administration
from gateway.identity.domain.administration import Rights
from gateway.identity.store.administration import Change
from gateway.identity.store.clients import HeldClient
from gateway.identity.store.store import Tx
from gateway.identity.use_cases.administering import (
    Administrator,
    Opening,
    Wish,
    require_inside,
    shape,
)
from gateway.identity.use_cases.enrolling import NameTaken, require_public
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import DomainError, Kind, NothingHere


class ClientChanged(DomainError):
    """Somebody changed this system since you read it; read it again."""

    kind = Kind.STALE
    title = "The system has changed"
    title_zh = "系统接入信息已被他人修改，请刷新后再试"
    title_ko = "체계등록이 그사이 바뀌였습니다. 다시 불러오십시오"


async def put(
    issuer: Issuer, by: Administrator, wish: Opening, *, now: datetime
) -> tuple[bool, int, str]:
    """Register a system without rights and proof, or rename one that is there.

    Returns:
        Whether it is new, its version, and its JSON text.

    Raises:
        ValidationFailed: The id is not acceptable, or the organisation is not theirs.
        NameTaken: Somebody else's client, or our own application, has the id.
        ClientChanged: Another version than the one read.
    """
    accounts.require_login(wish.login)
    require_inside(by, wish.organisation)
    after = {"name": wish.name, "organisation": wish.organisation}
    async with issuer.store.transaction() as tx:
        held = await tx.systems.lock(wish.login, by.areas)
        if held is None:
            if not await tx.systems.create(wish.login, wish.name, wish.organisation, now):
                raise NameTaken
            change = Change("created", "", {}, after)
        else:
            _require(held, wish.version)
            await tx.systems.rename(held.id, wish.name, wish.organisation)
            before = {"name": held.name, "organisation": held.organisation}
            change = Change("renamed", "", before, after)
        version, text = await _done(tx, wish.login, change, by, now)
    return held is None, version, text


async def grant(
    issuer: Issuer, by: Administrator, wish: Wish, rights: Rights, *, now: datetime
) -> tuple[int, str]:
    """Replace what a system may do.

    Raises:
        NothingHere: There is no such client in the administrator's areas.
        ClientChanged: Another version than the one read.
        ValidationFailed: These rights cannot be given to a system.
    """
    administration.require_grantable(rights, by.areas, to_system=True)
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.systems.grant(held.id, rights)
        change = Change("rights_given", wish.reason, shape(held.rights), shape(rights))
        return await _done(tx, held.id, change, by, now)


async def issue_secret(
    issuer: Issuer, by: Administrator, wish: Wish, *, overlap: timedelta, now: datetime
) -> tuple[int, str]:
    """A new secret, told only now; the one before stays good for a while, keys end at once.

    Returns:
        The new version, and the secret.

    Raises:
        NothingHere, ClientChanged: As for `grant`.
    """
    secret = secrets.token_urlsafe(32)
    encoded = await issuer.hasher.hash(secret)
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.systems.prove_by(held.id, encoded, _until(now, overlap))
        after = {"overlap_h": overlap // timedelta(hours=1)}
        change = Change("secret_issued", wish.reason, {}, after)
        version, _ = await _done(tx, held.id, change, by, now)
    return version, secret


async def register_keys(
    issuer: Issuer,
    by: Administrator,
    wish: Wish,
    jwks: Mapping[str, Any],
    *,
    overlap: timedelta,
    now: datetime,
) -> tuple[int, str]:
    """Public keys for signed assertions instead of a secret, which stays good for a while.

    Raises:
        NothingHere, ClientChanged: As for `grant`.
        KeysNotUsable: A key is private, or not a P-256 key.
    """
    require_public(jwks)
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.systems.prove_by(held.id, {"keys": jwks["keys"]}, _until(now, overlap))
        after = {"key_ids": [str(key.get("kid", "")) for key in jwks["keys"]]}
        change = Change("keys_registered", wish.reason, {}, after)
        return await _done(tx, held.id, change, by, now)


async def set_disabled(
    issuer: Issuer, by: Administrator, wish: Wish, *, is_disabled: bool, now: datetime
) -> tuple[int, str]:
    """Withdraw a client, or give it back; its last token ends within ten minutes.

    Raises:
        NothingHere, ClientChanged: As for `grant`.
    """
    async with issuer.store.transaction() as tx:
        held = await _held(tx, by, wish)
        await tx.systems.set_disabled(held.id, now if is_disabled else None)
        before, after = {"is_disabled": held.is_disabled}, {"is_disabled": is_disabled}
        action = "disabled" if is_disabled else "enabled"
        return await _done(tx, held.id, Change(action, wish.reason, before, after), by, now)


def _until(now: datetime, overlap: timedelta) -> datetime | None:
    return now + overlap if overlap else None


async def _held(tx: Tx, by: Administrator, wish: Wish) -> HeldClient:
    held = await tx.systems.lock(wish.login, by.areas)
    if held is None:
        raise NothingHere
    _require(held, wish.version)
    return held


def _require(held: HeldClient, version: int | None) -> None:
    if held.version != version:
        raise ClientChanged(version=held.version)


async def _done(
    tx: Tx, client_id: str, change: Change, by: Administrator, now: datetime
) -> tuple[int, str]:
    await tx.administration.note(client_id, change, (by.id, by.name), now)
    found = await tx.systems.one(client_id, by.areas)
    assert found is not None  # noqa: S101 — written in this transaction, in the same areas
    return found
