"""Places of the identity service: an account in each; and a request for each operation."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from joserfc.jwk import ECKey

from gateway.identity.api.policy import POLICY
from gateway.identity.app import create_app
from gateway.identity.service import SERVICE
from gateway.identity.settings import IdentitySettings
from services.common.clock import local_day, utc_now
from services.common.ids import new_id
from services.common.testing import AUDIENCE, ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from tests.factories import identity
from tests.factories.matrix import (
    GRIDS,
    NOWHERE,
    OTHER,
    OWN,
    ROLES,
    Matrix,
    Op,
    Place,
    Role,
    Sent,
    Target,
    of_all,
    of_area,
    op,
    quiet,
)
from tests.factories.matrix_requests import get, unsafe, values

ADMINISTRATORS: Final = frozenset({"system_admin", "security_admin", "auditor"})
PUBLIC: Final = frozenset({400, 401, 403, 404, 503})
"""What who is not known may be told."""
PROOF: Final = PUBLIC | {429}
"""What somebody is told who does not prove anew that it is them."""


async def fill(app: FastAPI) -> dict[tuple[str, str], Place]:
    """An account in every place, that tried to sign in, was changed, and lent its rights."""
    places = {(name, domain): Place(name, domain) for name in GRIDS for domain in (OWN, OTHER)}
    store, now = app.state.issuer.store, utc_now()
    people: list[dict[str, Any]] = []
    systems: list[dict[str, Any]] = []
    for place in places.values():
        home = place.grid[:12] if place.domain == OWN else f"{place.grid[:6]}.{OTHER}"
        login = place.word.lower()
        place.ids |= {
            "login": login, "organisation": home, "lender": f"lender.{login}",
            "session": new_id(), "name": place.word, "client": f"sys.{login}",
        }  # fmt: skip
        place.of_area |= {login}
        systems.append(
            identity.system(
                client_id=f"sys.{login}", name=place.word, org=home, areas=[place.grid[:6]]
            )
        )
        people += [
            identity.person(login=name, name=place.word, org=home, areas=[place.grid])
            for name in (login, f"lender.{login}")
        ]
    people += [
        identity.person(
            login=f"me.{role.name}",
            name=role.name,
            role=role.name,
            org=role.organisation,
            areas=[role.area],
            domains=role.domains,
        )
        for role in ROLES
    ]
    async with store.transaction() as tx:
        await tx.accounts.put_accounts(people, identity.HASH, now, is_demo=False)
        await tx.accounts.put_clients(systems, identity.HASH, now, is_demo=False)
    for place in places.values():
        await _happened(store, place, now)
    return places


async def _happened(store: Any, place: Place, now: datetime) -> None:
    """What is written down of an account."""
    async with store.transaction() as tx:
        connection = tx.accounts._connection  # noqa: SLF001 — rows that only time would make
        account, lender = [
            await connection.fetchval("select id from accounts where login = $1", login)
            for login in (place.ids["login"], place.ids["lender"])
        ]
        await connection.execute(
            "insert into sign_ins (id, occurred_at, account_id, client_id, outcome)"
            " values ($1, $2, $3, 'field', 'wrong_password')",
            new_id(), now, account,
        )  # fmt: skip
        await connection.execute(
            "insert into account_changes (account_id, changed_at, changed_by, changed_by_name,"
            " action, reason, before, after) values ($1, $2, $1, 'x', 'renamed', $3, '{}', '{}')",
            account, now, place.word,
        )  # fmt: skip
        place.ids["delegation"] = await connection.fetchval(
            "insert into delegations (lender_id, colleague_id, roles, areas, domains, reason,"
            " granted_at, ends_at) values ($1, $2, '{grid_worker}', $3, '{}', $4, $5, $6)"
            " returning id",
            lender, account, [place.grid], place.word, now, now + timedelta(days=9),
        )  # fmt: skip
    place.of_area.add(str(place.ids["delegation"]))


async def tokens(app: FastAPI) -> dict[str, str]:
    """A token of every role, signed by the service itself."""
    now = int(utc_now().timestamp())
    made = {}
    async with app.state.issuer.store.transaction() as tx:
        connection = tx.accounts._connection  # noqa: SLF001 — ids that a sign-in would tell
        rows = await connection.fetch("select login, id from accounts where login ^@ 'me.'")
    ids: dict[str, UUID] = {row["login"]: row["id"] for row in rows}
    for role in ROLES:
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "client_id": "desk", "iat": now, "exp": now + 3600,
            "jti": new_id().hex, "name": role.name, **role.token,
            "sub": str(ids[f"me.{role.name}"]),
        }  # fmt: skip
        made[role.name] = await app.state.issuer.keyring.sign(claims)
    return made


@asynccontextmanager
async def filled(
    databases: Callable[[str, Path], str], mint: TokenMint, folder: Path
) -> AsyncIterator[Matrix]:
    """The identity service with its places; it signs the tokens itself."""
    del folder  # it keeps no files
    dsn = databases("identity", SERVICE.migrations)
    settings = IdentitySettings(
        database_url=dsn,
        issuer=ISSUER,
        key_encryption_key=KEY_ENCRYPTION_KEY,
        run_loops=False,
        **identity.CHEAP,
    )
    app = create_app(settings, {})

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client,
        asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool,
    ):

        async def rows(query: str, *values: Any) -> list[dict[str, Any]]:
            return [dict(row) for row in await pool.fetch(query, *values)]

        with quiet() as logged:
            places = await fill(app)
            signed = await tokens(app)
            yield Matrix(
                client, mint, places, rows, POLICY, ghost(places),
                sees=sees, tokens=signed, logged=logged,
            )  # fmt: skip


def ghost(places: dict[tuple[str, str], Place]) -> Place:
    made = replace(places["home", OWN], name="nowhere", ids={}, of_area=set())
    made.ids = {name: new_id() for name in places["home", OWN].ids}
    made.ids |= {
        "login": "nobody.here",
        "client": "sys.nobody.here",
        "organisation": f"{NOWHERE[:6]}.health",
    }
    return made


def sees(role: Role, place: Place) -> bool:
    """An administrator the people of its area, everybody those of the own office and below it."""
    home: str = place.ids["organisation"]
    overseen = role.name in ADMINISTRATORS and home.startswith(role.area)
    return overseen or home.startswith(role.organisation)


def _colleague(role: Role, target: Target) -> bool:
    return bool(str(target["organisation"]).startswith(role.organisation))


def _overseen(*roles: str) -> Any:
    return lambda role, target: target.is_near and role.name in roles


def form(path: str, **fields: str) -> Any:
    return lambda t: Sent("POST", path, form=values(fields, t))


def _put(what: str, **body: Any) -> Any:
    return lambda t: Sent(
        "PUT",
        f"/v1/accounts/{t['login']}{what}",
        json=values(body, t),
        match=("accounts", "login", t["login"]),
    )


def _client(what: str, **body: Any) -> Any:
    return lambda t: Sent(
        "PUT",
        f"/v1/clients/{t['client']}{what}",
        json=values(body, t),
        match=("clients", "id", t["client"]),
    )


def _own(what: str, **body: Any) -> Any:
    return lambda _: Sent("PUT", f"/v1/me{what}", json=body)


def _lend(role_like: Target) -> Sent:
    until = local_day(utc_now()) + timedelta(days=7)
    body = {
        "colleague": role_like["login"], "roles": ["grid_worker"], "areas": [GRIDS["home"]],
        "ends_on": until.isoformat(), "reason": "休假",
    }  # fmt: skip
    return Sent("POST", "/v1/delegations", json=body)


_QUERY: Final = "response_type=code&client_id=field&redirect_uri=/field/&code_challenge=x"
_ROTATION: Final = "定期更换"

SAMPLES: Final[Mapping[str, Op]] = {
    "metadata.show": op(get("/v1/metadata"), reach=of_all),
    "keys.list": op(get("/v1/jwks"), reach=of_all),
    "style.show": op(get("/v1/style.css"), reach=of_all),
    "authorize.show": op(get(f"/v1/authorize?{_QUERY}"), reach=of_all, fits=PUBLIC),
    "authorize.sign_in": op(
        form(f"/v1/authorize?{_QUERY}", login="@login", password="x"), reach=of_all, fits=PUBLIC
    ),
    "external.start": op(get("/v1/external"), reach=of_all, fits=PUBLIC),
    "external.finish": op(get("/v1/external-callback"), reach=of_all, fits=PUBLIC),
    "tokens.issue": op(
        form("/v1/token", grant_type="refresh_token", refresh_token="x", client_id="field"),
        reach=of_all,
        fits=PUBLIC,
    ),
    "tokens.revoke": op(
        form("/v1/revoke", token="x", client_id="field"), reach=of_all, fits=PUBLIC
    ),
    "me.show": op(get("/v1/me"), reach=of_all),
    "sessions.list": op(get("/v1/me/sessions"), reach=of_all),
    "sessions.end": op(
        unsafe("DELETE", "/v1/me/sessions/{session}"), reach=lambda *_: False
    ),
    "accounts.list": op(get("/v1/accounts"), get("/v1/accounts", organisation="@organisation"),
                        reach=of_all),
    "accounts.get": op(get("/v1/accounts/{login}")),
    "account_changes.list": op(
        get("/v1/account-changes"), get("/v1/account-changes", login="@login"), reach=of_all
    ),
    "sign_ins.list": op(
        get("/v1/sign-ins"), get("/v1/sign-ins", login="@login"), reach=of_all
    ),
    "events.list": op(get("/v1/events"), reach=of_all),
    "delegations.list": op(get("/v1/delegations"), reach=of_all),
    "delegations.list_own": op(get("/v1/me/delegations"), reach=of_all),
    "delegations.records": op(
        get("/v1/delegations/{delegation}/records"), reach=_overseen("security_admin", "auditor")
    ),
    "colleagues.list": op(get("/v1/colleagues"), get("/v1/colleagues", starts_with="@login"),
                          reach=of_all),
    "delegations.lend": op(_lend, reach=_colleague),
    "accounts.put": op(
        _put("", name="@name", organisation="@organisation"), reach=of_area
    ),
    "accounts.grant": op(
        _put("/rights", roles=["grid_worker"], areas=[GRIDS["home"]], domains=[], reason="到岗")
    ),
    "accounts.disable": op(_put("/disabled", is_disabled=False, reason="到岗")),
    "accounts.issue_credentials": op(_put("/credentials", reason="忘记")),
    "delegations.revoke": op(
        unsafe("DELETE", "/v1/delegations/{delegation}"), reach=_overseen("security_admin")
    ),
    "me.change_password": op(
        _own("/password", current_password="x", new_password="y"), reach=of_all, fits=PROOF
    ),
    "standings.hand": op(get("/v1/me/standing"), reach=of_all),
    "standings.show": op(
        lambda _: Sent("POST", "/v1/standings", json={"handle": "x"}), reach=of_all, fits=PUBLIC
    ),
    "me.security": op(get("/v1/me/security"), reach=of_all),
    "me.propose_authenticator": op(
        _own("/authenticator-proposal", current_password="x", code="1"), reach=of_all, fits=PROOF
    ),
    "me.change_authenticator": op(
        _own("/authenticator", proposal="x", code="1"), reach=of_all, fits=PROOF
    ),
    "me.renew_recovery_codes": op(_own("/recovery-codes", code="1"), reach=of_all, fits=PROOF),
    "policies.show": op(get("/v1/policies"), reach=of_all),
    "accounts.unlock": op(_put("/unlocked", reason="本人申请")),
    "accounts.link": op(_put("/external-ids/wecom", external_id="@login", reason="到岗")),
    "clients.list": op(
        get("/v1/clients"), get("/v1/clients", organisation="@organisation"), reach=of_all
    ),
    "clients.get": op(get("/v1/clients/{client}")),
    "clients.put": op(_client("", name="@name", organisation="@organisation")),
    "clients.grant": op(
        _client("/rights", roles=["department_system"], areas=["222406"], domains=["health"],
                reason="上线")
    ),
    "clients.issue_secret": op(_client("/secret", reason=_ROTATION, overlap_h=0)),
    "clients.register_keys": op(
        _client("/keys", reason=_ROTATION, overlap_h=0,
                jwks={"keys": [ECKey.generate_key("P-256").as_dict(private=False)]})
    ),
    "clients.disable": op(_client("/disabled", is_disabled=False, reason="上线")),
    "keys.rotate": op(
        lambda _: Sent("POST", "/v1/signing-keys", json={}), reach=of_all
    ),
}  # fmt: skip
