"""Tokens that are not ours, or not what they say; other confusions are in tests/unit/common."""

import base64
import time
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.common.auth import Gate, NotSignedIn, PeerKeys, allow
from services.common.testing import AUDIENCE, ISSUER, TokenMint

ELSEWHERE = "https://evil.example/jwks.json"


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=")


def forgeries(mint: TokenMint) -> dict[str, str]:
    """Name → token that must open nothing."""
    good = mint.token(roles=["grid_worker"])
    header, payload, signature = good.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    mine = ECKey.generate_key("P-256", parameters={"kid": "mine"})
    plain = {"alg": "ES256", "typ": "at+jwt", "kid": mint.key.kid}

    def signed(key: ECKey | OctKey, **changes: Any) -> str:
        head = {**plain, **changes}
        return jwt.encode(head, claims, key, algorithms=[head["alg"]])

    def raw(**changes: Any) -> str:
        return f"{encoded({**plain, **changes})}.{payload}.{signature}"

    risen = encoded({**claims, "roles": ["security_admin"], "areas": ["2224"]})
    return {
        "roles changed": f"{header}.{risen}.{signature}",
        "key of its own in the header": signed(mine, kid="mine", jwk=mine.as_dict(private=False)),
        "key under our name": signed(mine),
        "key id of another key": signed(mint.key, kid="nobody"),
        "key id that is a path": raw(kid="../../../../dev/null"),
        "key id that is SQL": raw(kid="' or '1'='1"),
        "keys from elsewhere": raw(jku=ELSEWHERE, x5u=ELSEWHERE),
        "critical extension": raw(crit=["exp"]),
        "typ of an ID token": signed(mint.key, typ="JWT"),
        "none, in capitals": f"{encoded({**plain, 'alg': 'nOnE'})}.{payload}.",
        "signature left out": f"{header}.{payload}.",
        "signature of zeros": f"{header}.{payload}.{base64.urlsafe_b64encode(bytes(64)).decode()}",
        "not yet": mint.token(roles=["grid_worker"], nbf=int(time.time()) + 3600),
        "two audiences, neither ours": mint.token(roles=["grid_worker"], aud=["a", "b"]),
        "issuer that begins like ours": mint.token(roles=["grid_worker"], iss=f"{ISSUER}.evil"),
    }


@pytest.mark.parametrize("name", forgeries(TokenMint()))
async def test_no_forgery_opens_anything(name: str, mint: TokenMint) -> None:
    policy = {"read": allow("grid_worker", "security_admin")}
    gate = Gate(PeerKeys(mint.peer()), issuer=ISSUER, audience=AUDIENCE, policy=policy)
    assert await gate.admit("read", f"Bearer {mint.token(roles=['grid_worker'])}", None)
    with pytest.raises(NotSignedIn):
        await gate.admit("read", f"Bearer {forgeries(mint)[name]}", None)
