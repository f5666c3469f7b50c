import base64
import time
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.common.auth import ANYONE, Gate, NotSignedIn, PeerKeys, PurposeRequired, allow
from services.common.errors import NotPermitted
from services.common.testing import AUDIENCE, ISSUER, TokenMint

POLICY = {
    "open": ANYONE,
    "read": allow("grid_worker", purpose=True),
    "act": allow("grid_worker", "street_officer"),
}


@pytest.fixture
def gate(mint: TokenMint) -> Gate:
    return Gate(
        PeerKeys(mint.peer()),
        issuer=ISSUER,
        audience=AUDIENCE,
        policy=POLICY,
        purposes=frozenset({"verification"}),
    )


async def test_the_right_role_passes(gate: Gate, mint: TokenMint) -> None:
    token = mint.token(roles=["grid_worker"], areas=["222406001001001"], domains=["health"])
    principal = await gate.admit("act", f"Bearer {token}", None)
    assert principal is not None
    assert principal.covers("22240600100100100001")
    assert not principal.covers("222406001001002")
    assert principal.role == "grid_worker"
    assert token not in repr(principal)


async def test_public_operations_need_no_token(gate: Gate) -> None:
    assert await gate.admit("open", None, None) is None


@pytest.mark.parametrize("operation", ["act", "unlisted", ""])
async def test_other_roles_and_unlisted_operations_are_refused(
    gate: Gate, mint: TokenMint, operation: str
) -> None:
    token = mint.token(roles=["auditor"])
    with pytest.raises(NotPermitted):
        await gate.admit(operation, f"Bearer {token}", None)


@pytest.mark.parametrize("purpose", [None, "", "curiosity"])
async def test_reading_people_needs_a_known_purpose(
    gate: Gate, mint: TokenMint, purpose: str | None
) -> None:
    token = mint.token(roles=["grid_worker"])
    with pytest.raises(PurposeRequired):
        await gate.admit("read", f"Bearer {token}", purpose)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://elsewhere"},
        {"aud": "another"},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"sub": None},
        {"aud": None},
    ],
)
async def test_a_wrong_claim_is_not_signed_in(
    gate: Gate, mint: TokenMint, claims: dict[str, Any]
) -> None:
    token = mint.token(roles=["grid_worker"], **claims)
    with pytest.raises(NotSignedIn):
        await gate.admit("act", f"Bearer {token}", None)


async def test_a_token_seen_before_still_expires(
    gate: Gate, mint: TokenMint, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = f"Bearer {mint.token(roles=['grid_worker'])}"
    await gate.admit("act", token, None)
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(NotSignedIn):
        await gate.admit("act", token, None)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer a.b.c"])
async def test_nonsense_is_not_signed_in(gate: Gate, header: str | None) -> None:
    with pytest.raises(NotSignedIn):
        await gate.admit("act", header, None)


async def test_algorithm_and_key_confusion_is_refused(gate: Gate, mint: TokenMint) -> None:
    good = mint.token(roles=["grid_worker"])
    _, payload, signature = good.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    public = OctKey.import_key(orjson.dumps(mint.key.as_dict(private=False)))
    hs256 = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, public, algorithms=["HS256"])
    other = ECKey.generate_key("P-256", parameters={"kid": str(mint.key.kid)})
    header = {"alg": "ES256", "typ": "at+jwt", "kid": mint.key.kid}
    forged = jwt.encode(header, claims, other, algorithms=["ES256"])
    untyped = jwt.encode({**header, "typ": "JWT"}, claims, mint.key, algorithms=["ES256"])
    for token in (f"{none}.{payload}.", f"{none}.{payload}.{signature}", hs256, forged, untyped):
        with pytest.raises(NotSignedIn):
            await gate.admit("act", f"Bearer {token}", None)
