"""The identity rooms as an ASGI app; its gate trusts the keys it signs with itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Final

from fastapi import FastAPI
from joserfc.jwk import KeySet

from gateway.identity.api import (
    accounts,
    clients,
    delegations,
    events,
    external,
    keys,
    me,
    own_security,
    sign_in,
    standings,
    tokens,
)
from gateway.identity.api.policy import POLICY
from gateway.identity.clients.dingtalk import Application, DingTalk
from gateway.identity.clients.house import House
from gateway.identity.clients.provider import Provider, Trusted
from gateway.identity.clients.wecom import Enterprise, WeCom
from gateway.identity.domain.refusals import OAuthRefused
from gateway.identity.settings import IdentitySettings
from gateway.identity.store import following
from gateway.identity.store.store import Store
from gateway.identity.use_cases import upkeep
from gateway.identity.use_cases.hashing import hasher_of
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.keyring import Keyring
from services.common import edge
from services.common.auth import Gate
from services.common.clock import Clock, utc_now
from services.common.database import Database
from services.common.errors import PeerUnavailable
from services.common.peers import Peer
from services.following.areas import Follower

_AT_ONCE: Final = timedelta()
"""Accounts follow once: what an administrator gives afterwards is not taken back."""


def create_app(
    settings: IdentitySettings, peers: Mapping[str, Peer], *, clock: Clock = utc_now
) -> FastAPI:
    """The rooms' app.

    Args:
        settings: Its own.
        peers: `registry`, whose changes of areas accounts follow; none is needed to answer.
        clock: Tells the time; tests pass their own.
    """
    database = Database(
        settings.database_url.get_secret_value(),
        application="identity",
        pool_size=settings.database_pool_size,
    )
    own_keys = OwnKeys()
    gate = Gate(own_keys, issuer=settings.issuer, audience=settings.audience, policy=POLICY)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await database.open()
            stack.push_async_callback(database.close)
            issuer = await _open(settings, Store(database), clock)
            app.state.issuer, app.state.clock = issuer, clock
            app.state.houses = houses = _houses(settings)
            for house in houses.values():
                stack.push_async_callback(house.close)
            own_keys.keyring = issuer.keyring
            if settings.run_loops:
                loop = asyncio.create_task(upkeep.run(issuer, clock), name="identity-upkeep")
                stack.push_async_callback(_stop, loop)
                if "registry" in peers:
                    follower = Follower(database, peers["registry"], following.STEPS, late=_AT_ONCE)
                    tail = asyncio.create_task(follower.run(), name="identity-areas")
                    stack.push_async_callback(_stop, tail)
            yield

    app = edge.create(
        "identity",
        version="1",
        lifespan=lifespan,
        gate=gate,
        routers=tuple(
            room.router
            for room in (
                tokens,
                sign_in,
                external,
                keys,
                me,
                own_security,
                delegations,
                accounts,
                clients,
                events,
                standings,
            )
        ),
        checks={"database": database.ping},
    )
    app.add_exception_handler(OAuthRefused, tokens.on_refused)
    return app


class OwnKeys:
    """A `KeySource` that needs no peer: the keyring, once the app has started."""

    def __init__(self) -> None:
        self.keyring: Keyring | None = None

    async def keys(self, *, fresh: bool) -> KeySet:
        """The present keys; raises `PeerUnavailable` before the start."""
        if self.keyring is None:
            raise PeerUnavailable
        return await self.keyring.keys(fresh=fresh)


async def _open(settings: IdentitySettings, store: Store, clock: Clock) -> Issuer:
    async with store.transaction() as tx:
        sealer = await tx.sealer(settings.wrapping_key)
    keyring = Keyring(
        store,
        sealer,
        clock,
        age=timedelta(days=settings.signing_key_days),
        ahead=timedelta(seconds=settings.key_ahead_s),
        token_life=timedelta(seconds=settings.access_token_s),
    )
    issuer = Issuer(settings, store, sealer, hasher_of(settings), keyring)
    await upkeep.tend(issuer, clock)
    return issuer


def _houses(settings: IdentitySettings) -> dict[str, House]:
    """The other houses whose word is taken, by name; none unless configured."""
    houses: dict[str, House] = {}
    if settings.oidc_issuer is not None:
        secret = settings.oidc_client_secret.get_secret_value()
        client, claim = settings.oidc_client_id, settings.oidc_login_claim
        houses["oidc"] = Provider(Trusted(settings.oidc_issuer, client, secret, claim))
    if settings.wecom_corp_id is not None:
        enterprise = Enterprise(
            settings.wecom_login_url,
            settings.wecom_api_url,
            settings.wecom_corp_id,
            settings.wecom_agent_id,
            settings.wecom_secret.get_secret_value(),
        )
        houses["wecom"] = WeCom(enterprise)
    if settings.dingtalk_client_id is not None:
        application = Application(
            settings.dingtalk_login_url,
            settings.dingtalk_api_url,
            settings.dingtalk_client_id,
            settings.dingtalk_client_secret.get_secret_value(),
            settings.dingtalk_corp_id,
        )
        houses["dingtalk"] = DingTalk(application)
    return houses


async def _stop(loop: asyncio.Task[None]) -> None:
    loop.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await loop
