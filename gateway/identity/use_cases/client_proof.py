"""Which client asks, and its proof (RFC 6749 §2.3, RFC 7523)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

import orjson
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.identity.domain.accounts import Client
from gateway.identity.domain.refusals import ClientRefused
from gateway.identity.store.sign_ins import SignIn
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.keyring import ALGORITHM

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CLOCK_SKEW: Final = timedelta(seconds=30)
_MAX_ASSERTION: Final = 8_192
_MAX_JTI: Final = 255
_USE_KNOWN_TO: Final = timedelta(minutes=10)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a client said about itself.

    Attributes:
        client_id: Its id, where it named it.
        secret: Its secret, from HTTP basic or the form.
        assertion: A signed assertion instead.
    """

    client_id: str | None
    secret: str | None = None
    assertion: str | None = None


async def prove(issuer: Issuer, proof: Proof, *, now: datetime) -> Client:
    """The client that asks, proved; a public one has nothing to prove but its name.

    Raises:
        ClientRefused: Unknown, disabled, or the proof is not right. All read the same outside.
    """
    if proof.assertion is not None:
        return await _by_assertion(issuer, proof, proof.assertion, now)
    if proof.client_id is None:
        raise ClientRefused("Say which client you are.")
    client = await _known(issuer, proof.client_id)
    if client is not None and client.is_public:
        if proof.secret is not None:
            raise ClientRefused("This client has no secret.")
        return client
    if proof.secret is None:
        raise ClientRefused("This client must prove who it is.")
    if client is None or not await _is_secret(issuer, client, proof.secret, now):
        if client is None:
            await issuer.hasher.verify_secret(proof.secret, None)
        await _refuse(issuer, client, "The client is not known, or its secret is wrong.", now)
    await _note_use(issuer, client, now)
    return client


async def _is_secret(issuer: Issuer, client: Client, secret: str, now: datetime) -> bool:
    """Whether it is the client's secret, or the one before while both are good."""
    if await issuer.hasher.verify_secret(secret, client.secret_hash):
        return True
    until = client.previous_secret_until
    if until is None or now >= until:
        return False
    return await issuer.hasher.verify_secret(secret, client.previous_secret_hash)


async def _note_use(issuer: Issuer, client: Client, now: datetime) -> None:
    """Remember that a client came; to ten minutes, so that a burst of tokens writes once."""
    if client.last_used_at is None or now - client.last_used_at >= _USE_KNOWN_TO:
        async with issuer.store.transaction() as tx:
            await tx.systems.note_use(client.id, now)


async def _by_assertion(issuer: Issuer, proof: Proof, assertion: str, now: datetime) -> Client:
    claimed = _claimed_client(assertion)
    if proof.client_id not in (None, claimed):
        raise ClientRefused("The assertion is not about this client.")
    client = await _known(issuer, claimed)
    if client is None or client.jwks is None:
        await _refuse(issuer, client, "The client is not known, or has no keys here.", now)
    try:
        keys = KeySet.import_key_set({"keys": client.jwks["keys"]})
        claims = jwt.decode(assertion, keys, algorithms=[ALGORITHM]).claims
        expires_at = _checked(issuer, claims, client, now)
    except (JoseError, ValueError) as exc:
        _log.info("identity.assertion_refused", client=client.id, why=str(exc))
        await _refuse(issuer, client, "The assertion is not valid.", now)
    jti = hashlib.sha256(str(claims["jti"]).encode()).digest()
    async with issuer.store.transaction() as tx:
        is_first = await tx.grants.use_assertion(client.id, jti, expires_at + _CLOCK_SKEW)
    if not is_first:
        await _refuse(issuer, client, "The assertion was used before.", now)
    await _note_use(issuer, client, now)
    return client


def _claimed_client(assertion: str) -> str:
    """The `sub` of an assertion whose signature is not verified yet: it only chooses the keys."""
    if len(assertion) > _MAX_ASSERTION:
        raise ClientRefused("The assertion is too long.")
    try:
        claims = orjson.loads(jws.extract_compact(assertion.encode()).payload)
        return str(claims["sub"])
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise ClientRefused("The assertion is not a signed token with a subject.") from exc


def _checked(issuer: Issuer, claims: dict[str, Any], client: Client, now: datetime) -> datetime:
    """The end of a verified assertion's life; raises ValueError with the rule it breaks."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        raise ValueError("iss and sub must be the client id")
    ours = (issuer.settings.issuer, issuer.settings.token_endpoint)
    if not any(name in ours for name in audiences):
        raise ValueError("aud must be the issuer or the token endpoint")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= _MAX_JTI:
        raise ValueError("jti is missing or too long")
    expires_at = _instant(claims, "exp")
    longest = timedelta(seconds=issuer.settings.assertion_s)
    if expires_at is None or not now - _CLOCK_SKEW < expires_at <= now + longest + _CLOCK_SKEW:
        raise ValueError("exp is missing, over, or too far away")
    for name in ("iat", "nbf"):
        begins_at = _instant(claims, name)
        if begins_at is not None and begins_at > now + _CLOCK_SKEW:
            raise ValueError(f"{name} lies in the future")
    return expires_at


def _instant(claims: dict[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number")  # noqa: TRY004 — one kind for all broken rules
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError) as exc:
        raise ValueError(f"{name} is not an instant") from exc


async def _known(issuer: Issuer, client_id: str) -> Client | None:
    async with issuer.store.read() as view:
        client = await view.accounts.client(client_id)
    return None if client is None or client.is_disabled else client


async def _refuse(issuer: Issuer, client: Client | None, why: str, now: datetime) -> NoReturn:
    if client is not None:
        async with issuer.store.transaction() as tx:
            await tx.sign_ins.record(SignIn("client_refused", client.id), now)
    raise ClientRefused(why)
