"""The same journey in both topologies, through the public API alone."""

from collections.abc import Iterator

import httpx
import pytest
from rich.console import Console

from gateway.tour import actors, walk
from tests.suites import Suite


@pytest.fixture
def http(suite: Suite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=suite.base_url, timeout=30, trust_env=False) as client:
        yield client


def test_the_tour_walks_from_end_to_end(suite: Suite) -> None:
    console = Console(record=True, width=140)
    failed = walk.run(suite.base_url, suite.password, suite.data_dir / "demo", console, ca=None)
    assert not failed, console.export_text()


def test_a_second_tour_finds_its_way_too(suite: Suite) -> None:
    console = Console(record=True, width=140)
    failed = walk.run(suite.base_url, suite.password, suite.data_dir / "demo", console, ca=None)
    assert not failed, console.export_text()


def test_nothing_is_open_by_default(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    opened = []
    for path, item in document["paths"].items():
        for method in item:
            concrete = path.replace("{", "").replace("}", "")
            if http.request(method, concrete).status_code < 400:
                opened.append(f"{method} {path}")
    assert sorted(opened) == [
        "get /identity/v1/jwks",
        "get /identity/v1/metadata",
        "get /identity/v1/style.css",
        "get /registry/v1/area-changes/feed",
    ]


def test_an_expired_or_foreign_token_says_so(http: httpx.Client) -> None:
    for token in ("x.y.z", "eyJhbGciOiJub25lIn0.e30."):
        answer = http.get("/registry/v1/areas/222406", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.json()["code"] == "not-signed-in"


def test_an_unknown_department_is_not_let_in(http: httpx.Client) -> None:
    with pytest.raises(actors.StepFailed, match=r"sys\.222406\.astrology"):
        actors.system(http, "sys.222406.astrology", "whatever")


def test_the_pages_are_served(http: httpx.Client) -> None:
    for path, words in (("/field/", "一网"), ("/desk/", "一网"), ("/api/", "一网")):
        answer = http.get(path)
        assert answer.status_code == 200
        assert words in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert http.get("/problems/not-permitted").status_code == 200
    assert http.get("/problems/nonsense").status_code == 404
    assert http.get("/.well-known/oauth-authorization-server").json()["issuer"] == str(
        http.base_url
    ).rstrip("/")
