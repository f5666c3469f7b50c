"""Client credentials: systems prove themselves by secret or by assertion."""

import base64
import hmac
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from gateway.identity import service
from gateway.identity.settings import IdentitySettings
from gateway.identity.use_cases.enrolling import KeysNotUsable, NameTaken
from services.common.database import Connection
from services.common.testing import ISSUER
from tests.factories import identity
from tests.factories.identity import PASSWORD, TOKEN_ENDPOINT, asserted, assertion, claims_of

CREDENTIALS = {"grant_type": "client_credentials"}
SECRET = {**CREDENTIALS, "client_id": "sys.222406.health", "client_secret": PASSWORD}
SIGNER = "sys.222406.education"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def key(app: Any, hands: identity.Hands) -> ECKey:
    """The private key of a system that has no secret."""
    made = ECKey.generate_key("P-256", parameters={"kid": "k1"})
    signer = identity.system(client_id=SIGNER, jwks={"keys": [made.as_dict(private=False)]})
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_clients([signer], identity.HASH, hands(), is_demo=False)
    return made


def signed(key: ECKey, **changes: Any) -> str:
    return assertion(key, **{"iss": SIGNER, "sub": SIGNER, **changes})


async def test_a_secret_buys_a_token_with_the_systems_rights(http: httpx.AsyncClient) -> None:
    response = await http.post("/v1/token", data=SECRET)
    body = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    claims = claims_of(body["access_token"], (await http.get("/v1/jwks")).json())
    assert {name: claims[name] for name in claims if name not in {"iat", "exp", "jti"}} == {
        "iss": ISSUER,
        "aud": "onegrid",
        "sub": "sys.222406.health",
        "client_id": "sys.222406.health",
        "name": "和龙市卫生健康局系统",
        "org": "222406.health",
        "roles": ["department_system"],
        "areas": ["222406"],
        "domains": ["health"],
    }
    assert claims["exp"] - claims["iat"] == 600


async def test_http_basic_works_and_form_encodes_its_parts(http: httpx.AsyncClient) -> None:
    auth = httpx.BasicAuth("sys%2E222406.health", PASSWORD)
    response = await http.post("/v1/token", data=CREDENTIALS, auth=auth)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "sys.nobody"}, 401, "invalid_client"),
        ({"client_id": "sys\0"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "", "client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "field"}, 401, "invalid_client"),
        ({"client_id": "field", "client_secret": ""}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"client_assertion": "x", "client_assertion_type": "y"}, 400, "invalid_request"),
    ],
)
async def test_refusals_are_worded_as_rfc_6749_words_them(
    http: httpx.AsyncClient, changes: dict[str, str], status: int, error: str
) -> None:
    response = await http.post("/v1/token", data={**SECRET, **changes})
    assert response.status_code == status
    assert set(response.json()) == {"error", "error_description"}
    assert response.json()["error"] == error
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    assert ("www-authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"grant_type=client_credentials&grant_type=refresh_token", FORM),
        (b"grant_type=%ff%fe", FORM),
        (b"&".join(b"a%d=1" % n for n in range(50)), FORM),
        (b'{"grant_type": "client_credentials"}', "application/json"),
    ],
)
async def test_a_malformed_request_is_refused(
    http: httpx.AsyncClient, body: bytes, media_type: str
) -> None:
    response = await http.post("/v1/token", content=body, headers={"Content-Type": media_type})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize("header", ["Basic !!!", "Basic bm9jb2xvbg==", "Basic /w=="])
async def test_an_unreadable_basic_header_is_refused(http: httpx.AsyncClient, header: str) -> None:
    headers = {"Authorization": header}
    response = await http.post("/v1/token", data=CREDENTIALS, headers=headers)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_two_proofs_at_once_are_refused(http: httpx.AsyncClient) -> None:
    auth = httpx.BasicAuth("sys.222406.health", PASSWORD)
    response = await http.post("/v1/token", data=SECRET, auth=auth)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    response = await http.post("/v1/token", data={**CREDENTIALS, "client_id": "x"}, auth=auth)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_a_disabled_client_is_refused(http: httpx.AsyncClient, sql: Connection) -> None:
    assert (await http.post("/v1/token", data=SECRET)).status_code == 200
    await sql.execute("update clients set disabled_at = now() where id = 'sys.222406.health'")
    assert (await http.post("/v1/token", data=SECRET)).status_code == 401


async def test_a_changed_secret_counts_at_once(http: httpx.AsyncClient, sql: Connection) -> None:
    assert (await http.post("/v1/token", data=SECRET)).status_code == 200
    await sql.execute("update clients set secret_hash = 'gone' where id = 'sys.222406.health'")
    assert (await http.post("/v1/token", data=SECRET)).status_code == 401


async def test_a_refused_proof_is_logged_without_a_trace_of_who_sent_it(
    http: httpx.AsyncClient, sql: Connection
) -> None:
    await http.post("/v1/token", data={**SECRET, "client_secret": "wrong"})
    await http.post("/v1/token", data={**SECRET, "client_id": "sys.nobody"})
    rows = await sql.fetch("select client_id, outcome, account_id, login_index from sign_ins")
    assert [tuple(row) for row in rows] == [("sys.222406.health", "client_refused", None, None)]


@pytest.mark.parametrize("audience", [ISSUER, TOKEN_ENDPOINT, ["elsewhere", ISSUER]])
async def test_an_assertion_buys_a_token(
    http: httpx.AsyncClient, key: ECKey, audience: object
) -> None:
    response = await http.post("/v1/token", data=asserted(signed(key, aud=audience)))
    assert response.status_code == 200, response.text
    claims = claims_of(response.json()["access_token"], (await http.get("/v1/jwks")).json())
    assert (claims["sub"], claims["client_id"]) == (SIGNER, SIGNER)


async def test_an_assertion_works_once(http: httpx.AsyncClient, key: ECKey) -> None:
    form = asserted(signed(key))
    assert (await http.post("/v1/token", data=form)).status_code == 200
    again = await http.post("/v1/token", data=form)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"aud": [{}]},
        {"iss": "sys.222406.health"},
        {"sub": "sys.222406.health"},
        {"sub": "sys.nobody", "iss": "sys.nobody"},
        {"sub": None},
        {"exp": None},
        {"exp": 1_000_000_000},
        {"exp": 9_000_000_000},
        {"exp": 1e300},
        {"exp": "soon"},
        {"nbf": 9_000_000_000},
        {"iat": 9_000_000_000},
        {"jti": None},
        {"jti": 7},
        {"jti": "j" * 300},
    ],
)
async def test_an_assertion_that_breaks_a_rule_is_refused(
    http: httpx.AsyncClient, key: ECKey, claims: dict[str, Any]
) -> None:
    response = await http.post("/v1/token", data=asserted(signed(key, **claims)))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def hmac_signed(secret: bytes, body: str) -> str:
    """HS256 with the public key as its secret: the oldest trick against JOSE."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').decode().rstrip("=")
    digest = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


async def test_an_assertion_of_another_key_or_algorithm_is_refused(
    http: httpx.AsyncClient, key: ECKey
) -> None:
    stranger = ECKey.generate_key("P-256", parameters={"kid": "k1"})
    head, body, signature = signed(key).split(".")
    forged = [
        signed(stranger),
        hmac_signed(key.as_pem(private=False), body),
        hmac_signed(b"", body),
        f"eyJhbGciOiJub25lIn0.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        "not-a-token",
        "a.b.c",
        "x" * 9_000,
    ]
    for token in forged:
        response = await http.post("/v1/token", data=asserted(token))
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client"), token


async def test_an_assertion_must_be_about_the_client_that_sends_it(
    http: httpx.AsyncClient, key: ECKey
) -> None:
    form = asserted(signed(key), client_id="sys.222406.health")
    assert (await http.post("/v1/token", data=form)).status_code == 401
    form = asserted(signed(key), client_assertion_type="urn:other")
    assert (await http.post("/v1/token", data=form)).json()["error"] == "invalid_request"
    # A client with a secret has no keys to verify an assertion with.
    form = asserted(assertion(key))
    assert (await http.post("/v1/token", data=form)).status_code == 401


async def test_a_client_with_keys_has_no_secret(http: httpx.AsyncClient, key: ECKey) -> None:
    response = await http.post("/v1/token", data={**SECRET, "client_id": SIGNER})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_a_system_is_registered_with_a_secret_or_keys(
    http: httpx.AsyncClient, settings: Callable[..., IdentitySettings], sql: Connection
) -> None:
    secret = await service.register(settings(), identity.system(client_id="sys.new"))
    form = {**CREDENTIALS, "client_id": "sys.new", "client_secret": str(secret)}
    assert (await http.post("/v1/token", data=form)).status_code == 200
    private = ECKey.generate_key("P-256", parameters={"kid": "k9"})
    keys = {"keys": [private.as_dict(private=False)]}
    assert await service.register(settings(), identity.system(client_id=SIGNER, jwks=keys)) is None
    response = await http.post("/v1/token", data=asserted(signed(private)))
    assert response.status_code == 200
    await sql.execute("update clients set is_demo = true where id = 'sys.new'")
    for system in (
        {"client_id": "sys.new"},
        {"client_id": "field"},
        {"client_id": "desk", "jwks": keys},
    ):
        with pytest.raises(NameTaken):
            await service.register(settings(), identity.system(**system))


@pytest.mark.parametrize(
    "jwks",
    [
        {"keys": []},
        {},
        "keys",
        {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]},
        {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
    ],
)
async def test_keys_that_are_not_public_p256_keys_are_refused(
    settings: Callable[..., IdentitySettings], jwks: Any
) -> None:
    with pytest.raises(KeysNotUsable):
        await service.register(settings(), identity.system(jwks=jwks))
