"""Give a person an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.identity.domain import accounts, passwords
from gateway.identity.store.store import Store
from gateway.identity.use_cases.hashing import Hasher
from services.common.errors import DomainError, Kind


class LoginBelongsToDemo(DomainError):
    """A demo account has this login name; real and demo accounts do not replace one another."""

    kind = Kind.CONFLICT
    title = "The login name belongs to a demo account"
    title_zh = "该登录名已被演示账号占用"
    title_ko = "이 계정 이름은 시범 계정이 쓰고있습니다"


async def enrol(
    store: Store, hasher: Hasher, person: Mapping[str, Any], password: str, *, now: datetime
) -> None:
    """Add a person's account, or replace it and end its sessions.

    Args:
        store: Where it goes.
        hasher: Hashes the password.
        person: `login`, `name`, `role`, `org`, `areas`, `domains`.
        password: Their first password.
        now: The current instant.

    Raises:
        ValidationFailed: The login name or the password is not acceptable.
        LoginBelongsToDemo: A demo account has the name.
    """
    login = str(person["login"])
    accounts.require_login(login)
    passwords.require_strong(password, login)
    encoded = await hasher.hash(password)
    async with store.transaction() as tx:
        await tx.accounts.put_accounts([person], encoded, now, is_demo=False)
        account = await tx.accounts.by_login(login)
        if account is None or account.password_hash != encoded:
            raise LoginBelongsToDemo
        await tx.grants.revoke_of_account(account.id, now, "password_changed")
