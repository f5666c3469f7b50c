"""Who is asking, proved by a token each service verifies itself, and what they may do.

Tokens are RFC 9068 access tokens (`typ: at+jwt`, ES256). Keys come from the issuer's JWKS. Every
operation needs a row in the service's policy; an operation without one is refused to everybody.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Protocol

import structlog
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.common.errors import DomainError, Kind, NotPermitted, PeerUnavailable
from services.common.peers import Peer

ALGORITHMS = ["ES256"]
LEEWAY_S = 30
_CACHED_TOKENS = 20_000
_KEYS_AGE_S = 300.0
_KEYS_PAUSE_S = 5.0

_log = structlog.get_logger()


class NotSignedIn(DomainError):
    """Send a valid access token: it is missing, expired or not ours."""

    kind = Kind.UNAUTHENTICATED
    title = "Not signed in"
    title_zh = "登录已失效，请重新登录"
    title_ko = "로그인이 만료되었습니다. 다시 로그인하십시오"


class PurposeRequired(DomainError):
    """Personal data is read for a stated purpose: send the OneGrid-Purpose header."""

    kind = Kind.MALFORMED
    title = "A purpose is required"
    title_zh = "查看个人信息须说明用途"
    title_ko = "개인정보 열람 목적을 밝혀야 합니다"


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or system that proved who it is.

    Attributes:
        subject: Stable id, `sub`.
        client: OAuth client the token was given to.
        name: What people call it.
        organisation: Organisation code.
        roles: What it does there.
        areas: Area prefixes it may see and act in; empty sees none.
        domains: Departmental domains it works for.
        token: The token itself, to ask a peer on this caller's behalf.
        purpose: Stated for this request, where the operation asks for one.
    """

    subject: str
    client: str
    name: str
    organisation: str
    roles: frozenset[str]
    areas: tuple[str, ...]
    domains: frozenset[str]
    token: str = field(repr=False)
    purpose: str | None = None

    def covers(self, area: str) -> bool:
        """Whether an area code lies inside this principal's areas."""
        return area.startswith(self.areas) if self.areas else False

    def has(self, *roles: str) -> bool:
        """Whether it holds one of these roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def role(self) -> str:
        """One role to write into an access record: the first in alphabetical order."""
        return min(self.roles, default="none")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a policy.

    Attributes:
        roles: Who may; empty means nobody.
        purpose: Whether the caller must state a purpose, because personal data is read.
        public: Anybody may, signed in or not; only for what holds no data of people.
    """

    roles: frozenset[str] = frozenset()
    purpose: bool = False
    public: bool = False


Policy = Mapping[str, Rule]
"""Operation id → rule. What has no row is refused."""

ANYONE = Rule(public=True)


def allow(*roles: str, purpose: bool = False) -> Rule:
    """A rule for these roles."""
    return Rule(frozenset(roles), purpose=purpose)


class KeySource(Protocol):
    """Where verification keys come from."""

    async def keys(self, *, fresh: bool) -> KeySet:
        """The issuer's present keys; asks again when `fresh`."""
        ...


class PeerKeys:
    """The identity service's JWKS, kept for five minutes.

    An unknown key id asks again at once, but never more often than every five seconds: a stream of
    forged tokens must not become a stream of requests.
    """

    def __init__(self, identity: Peer) -> None:
        self._identity = identity
        self._keys: KeySet | None = None
        self._read_at = -_KEYS_AGE_S
        self._lock = asyncio.Lock()

    async def keys(self, *, fresh: bool) -> KeySet:
        """The key set; raises `PeerUnavailable` when none was ever read."""
        async with self._lock:
            age = time.monotonic() - self._read_at
            if self._keys is None or age > _KEYS_AGE_S or (fresh and age > _KEYS_PAUSE_S):
                await self._read()
        if self._keys is None:
            raise PeerUnavailable
        return self._keys

    async def _read(self) -> None:
        try:
            response = await self._identity.call("GET", "/v1/jwks")
            self._keys = KeySet.import_key_set(response.json())
        except PeerUnavailable:
            # Old keys stay good while the issuer is away; only a first read must succeed.
            _log.warning("auth.keys_not_refreshed")
        self._read_at = time.monotonic()


class Gate:
    """Lets a request pass, or says why not.

    Args:
        keys: Verification keys.
        issuer: Expected `iss`.
        audience: Expected `aud`.
        policy: The service's policy.
        purposes: Purpose codes the service knows.
    """

    def __init__(
        self,
        keys: KeySource,
        *,
        issuer: str,
        audience: str,
        policy: Policy,
        purposes: frozenset[str] = frozenset(),
    ) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self.policy = policy
        self.purposes = purposes
        self._seen: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def admit(
        self, operation: str, authorization: str | None, purpose: str | None
    ) -> Principal | None:
        """The proved principal for an operation, or None where anybody may.

        Raises:
            NotSignedIn: No token, or one that does not verify.
            NotPermitted: No policy row, or not for these roles.
            PurposeRequired: The operation reads personal data and no known purpose was stated.
        """
        rule = self.policy.get(operation)
        if rule is not None and rule.public:
            return None
        principal = await self.principal(authorization)
        if rule is None or rule.roles.isdisjoint(principal.roles):
            _log.info("auth.refused", operation=operation, subject=principal.subject)
            raise NotPermitted
        if not rule.purpose:
            return principal
        if purpose not in self.purposes:
            raise PurposeRequired(purposes=sorted(self.purposes))
        return replace(principal, purpose=purpose)

    async def principal(self, authorization: str | None) -> Principal:
        """Verify a bearer token; raises `NotSignedIn`.

        A token that verified once is remembered until it expires, so its signature is checked once:
        an ES256 check costs more than the rest of a look-up's Python.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn
        known = self._seen.get(token)
        if known is not None:
            if known[0] < time.time():
                del self._seen[token]
                raise NotSignedIn("The access token has expired.")
            return known[1]
        claims = await self._verify(token)
        principal = _principal(claims, token)
        self._seen[token] = (float(claims["exp"]) + LEEWAY_S, principal)
        if len(self._seen) > _CACHED_TOKENS:
            self._seen.popitem(last=False)
        return principal

    async def _verify(self, token: str) -> dict[str, Any]:
        for fresh in (False, True):
            keys = await self._keys.keys(fresh=fresh)
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as exc:
                if fresh:
                    raise NotSignedIn from exc
                continue
            break
        if decoded.header.get("typ") != "at+jwt":
            raise NotSignedIn
        try:
            self._claims.validate(decoded.claims)
        except JoseError as exc:
            raise NotSignedIn(f"The access token is not valid: {exc.error}.") from exc
        return dict(decoded.claims)


def _principal(claims: Mapping[str, Any], token: str) -> Principal:
    return Principal(
        subject=str(claims["sub"]),
        client=str(claims.get("client_id", "")),
        name=str(claims.get("name", "")),
        organisation=str(claims.get("org", "")),
        roles=frozenset(_words(claims.get("roles"))),
        areas=tuple(_words(claims.get("areas"))),
        domains=frozenset(_words(claims.get("domains"))),
        token=token,
    )


def _words(value: Any) -> Sequence[str]:
    return [str(v) for v in value if v] if isinstance(value, list) else []


async def authorise(request: Request) -> None:
    """App-wide dependency: every route passes the gate under its operation id."""
    gate: Gate = request.app.state.gate
    operation = getattr(request.scope.get("route"), "operation_id", None) or ""
    headers = request.headers
    request.state.principal = await gate.admit(
        operation, headers.get("authorization"), headers.get("onegrid-purpose")
    )


async def _caller(request: Request) -> Principal:
    principal: Principal | None = request.state.principal
    if principal is None:
        raise NotSignedIn
    return principal


Caller = Annotated[Principal, Depends(_caller)]
"""Put it in an endpoint's signature to learn who asks; the gate was passed already."""
