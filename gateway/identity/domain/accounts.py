"""People and systems as the token endpoint knows them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.common.errors import Fault, ValidationFailed

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}\Z")


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in.

    Attributes:
        id: The token's `sub`.
        login: Login name, lower case.
        name: What people call them.
        organisation: Organisation code.
        roles: What they do there.
        areas: Area prefixes they may see and act in.
        domains: Departmental domains they work for.
        password_hash: Argon2id, encoded.
        is_disabled: Whether signing in was withdrawn.
        is_demo: Whether it belongs to the demo prefecture.
        must_change_password: Whether an administrator gave the present one.
        password_changed_at: Since when it is the present one.
    """

    id: UUID
    login: str
    name: str
    organisation: str
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    domains: tuple[str, ...]
    password_hash: str
    is_disabled: bool
    is_demo: bool
    must_change_password: bool
    password_changed_at: datetime

    @property
    def area(self) -> str:
        """Where events about this account belong: its first area, else its organisation's."""
        return self.areas[0] if self.areas else self.organisation.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Client:
    """A program that asks for tokens.

    Attributes:
        id: Client id; also the token's `sub` where it acts for itself.
        name: What people call it.
        organisation: Organisation code; empty for a public client.
        roles: What it does there, where it acts for itself.
        areas: Area prefixes it may see and act in.
        domains: Departmental domains it works for.
        is_public: It runs in a browser, keeps no secret and acts only for people.
        secret_hash: Argon2id of its secret, where it has one.
        jwks: Its public keys (RFC 7517), where it signs assertions.
        redirect_paths: Paths a code may be sent to; public clients only.
        idle_limit_s: Shorter idle limit of its sessions than the general one.
        is_disabled: Whether it may no longer ask.
        previous_secret_hash: Argon2id of the secret before, while both are good.
        previous_secret_until: How long that is.
        last_used_at: When it last proved itself, to ten minutes.
    """

    id: str
    name: str
    organisation: str
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    domains: tuple[str, ...]
    is_public: bool
    secret_hash: str | None
    jwks: Mapping[str, Any] | None
    redirect_paths: tuple[str, ...]
    idle_limit_s: int | None
    is_disabled: bool
    previous_secret_hash: str | None = None
    previous_secret_until: datetime | None = None
    last_used_at: datetime | None = None


def require_login(login: str) -> None:
    """Accept a login name for a new account.

    Raises:
        ValidationFailed: It is not in normal form, or has other characters than `a-z 0-9 . _ -`.
    """
    if _LOGIN.match(login) is None:
        detail = "登录名由 2–64 个小写字母、数字、点、下划线或短横组成，并以字母或数字开头。"
        raise ValidationFailed(Fault("/login", "login", detail))


def normal_login(typed: str) -> str:
    """A login name as it is stored: compatibility forms folded, trimmed, lower case.

    Full-width digits and letters from a Chinese keyboard are the same name.
    """
    return unicodedata.normalize("NFKC", typed).strip().lower()
