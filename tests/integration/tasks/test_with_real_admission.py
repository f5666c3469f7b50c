"""The real consumer against the real provider: what admission decides is what a placement gets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from services.common.peers import InProcess, Peer
from services.common.testing import ISSUER, TokenMint
from services.tasks.app import create_app
from services.tasks.settings import TasksSettings
from tests.factories.admission import VERSIONS, payment, town
from tests.factories.tasks import COMMUNITY, Clock, Contradictions, Gate, World


async def test_nothing_before_the_money_and_something_after(
    settings: TasksSettings, service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    assert isinstance(settings.database_url, SecretStr)
    clock = Clock()
    async with town(service_database("admission", VERSIONS), mint) as here:
        admission = Peer("admission", base_url="http://admission", transport=InProcess(here.app))
        registry = Contradictions().peer()
        peers = {"identity": mint.peer(), "admission": admission, "registry": registry}
        app = create_app(settings, peers, clock=clock)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client,
        ):
            world = World(client, mint, Gate(), clock, "", app)
            refused = await world.post("health", "/v1/assignments", order())
            assert refused.status_code == 403
            assert refused.json()["reason"]["code"] == "NOT_ADMITTED"
            assert refused.json()["reason"]["how_to"]
            item = await here.approved()
            unpaid = await world.post("health", "/v1/assignments", order(item_id=item["id"]))
            assert unpaid.json()["reason"]["code"] == "FUNDS_NOT_PAID"
            recorded = (await here.secretariat.get("/v1/refusals")).json()["items"]
            assert len(recorded) == 2, "the gate keeps what it refused"
            await here.finance.step(item, "payments", payment(5_000))
            placed = await world.post("health", "/v1/assignments", order(item_id=item["id"]))
            assert placed.status_code == 201, placed.text
            assert placed.json()["item_id"] == item["id"]
            assert placed.json()["item_title"] == item["title"]
            unknown = world.headers("health", domains=[], org="222406.civil_affairs")
            odd = await client.post("/v1/assignments", json=order(), headers=unknown)
            assert (odd.status_code, odd.json()["code"]) == (422, "task-not-checkable")
            todo = (await world.get("worker", "/v1/today")).json()["items"]
            assert [entry["subject_id"] for entry in todo] == [placed.json()["id"]]


def order(**changes: Any) -> dict[str, Any]:
    return {
        "community": COMMUNITY,
        "title": "65岁以上老年人健康体检入户通知",
        "content": "入户通知辖区老年人参加体检。",
        "due_at": "2099-01-01T00:00:00Z",
        **changes,
    }
