"""Give a person an account, or a system the right to ask for tokens."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.identity.domain import accounts, passwords
from gateway.identity.store.store import Store
from gateway.identity.use_cases.hashing import Hasher
from services.common.errors import DomainError, Kind


class NameTaken(DomainError):
    """The demo or one of our own applications has this name; it is not replaced."""

    kind = Kind.CONFLICT
    title = "The name is taken"
    title_zh = "该名称已被占用"
    title_ko = "이 이름은 이미 쓰고있습니다"


class KeysNotUsable(DomainError):
    """A system's keys are public P-256 keys (a JWK set, RFC 7517)."""

    title = "The keys are not usable"
    title_zh = "公钥不可用"
    title_ko = "공개열쇠를 쓸수 없습니다"


async def enrol(
    store: Store, hasher: Hasher, person: Mapping[str, Any], password: str, *, now: datetime
) -> None:
    """Add a person's account, or replace it, end its sessions and forget its authenticator.

    Args:
        store: Where it goes.
        hasher: Hashes the password.
        person: `login`, `name`, `role`, `org`, `areas`, `domains`.
        password: Their first password.
        now: The current instant.

    Raises:
        ValidationFailed: The login name or the password is not acceptable.
        NameTaken: A demo account has the name.
    """
    login = str(person["login"])
    accounts.require_login(login)
    passwords.require_strong(password, login)
    encoded = await hasher.hash(password)
    async with store.transaction() as tx:
        is_put = await tx.accounts.put_accounts(
            [person], encoded, now, is_demo=False, must_change=True
        )
        if not is_put:
            raise NameTaken
        await tx.grants.revoke_of_login(login, now, "password_changed")
        account = await tx.accounts.by_login(login)
        if account is not None:
            await tx.second_factors.forget(account.id)


async def register(
    store: Store, hasher: Hasher, system: Mapping[str, Any], *, now: datetime
) -> str | None:
    """Add a department's system, or replace it.

    Args:
        store: Where it goes.
        hasher: Hashes its secret.
        system: `client_id`, `name`, `role`, `org`, `areas`, `domains`, and `jwks` where it signs
            assertions instead of keeping a secret.
        now: The current instant.

    Returns:
        Its new secret, told only now; None where it has keys.

    Raises:
        ValidationFailed: The client id is not acceptable.
        KeysNotUsable: A key is private, or not a P-256 key.
        NameTaken: A demo system or one of our own applications has the id.
    """
    client_id = str(system["client_id"])
    accounts.require_login(client_id)
    jwks = system.get("jwks")
    if jwks is not None:
        require_public(jwks)
    secret = secrets.token_urlsafe(32)
    encoded = await hasher.hash(secret)
    async with store.transaction() as tx:
        if not await tx.accounts.put_clients([system], encoded, now, is_demo=False):
            raise NameTaken
    return secret if jwks is None else None


def require_public(jwks: Any) -> None:
    """Accept a system's key set; raises `KeysNotUsable`."""
    try:
        keys = [ECKey.import_key(key) for key in jwks["keys"]]
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise KeysNotUsable from exc
    if not keys or any(key.is_private or key.curve_name != "P-256" for key in keys):
        raise KeysNotUsable
