"""The feed as a stream, through the gateway, in both topologies."""

import threading
import time

import httpx
import orjson

from gateway.tour import actors
from tests.suites import Suite

GRID = "222406001001001"


def change_a_telephone(suite: Suite) -> str:
    """A grid worker corrects a telephone number; whose."""
    with httpx.Client(base_url=suite.base_url, timeout=30, trust_env=False) as http:
        worker = actors.person(http, f"grid.{GRID}", suite.password, app="field")
        worker.purpose = "verification"
        households = worker.get(f"/registry/v1/grids/{GRID}/households", limit=1)["items"]
        resident: str = households[0]["members"][0]["id"]
        path = f"/registry/v1/residents/{resident}"
        version = worker.get(path, fields="phone")["version"]
        phone = f"154{time.time_ns() // 1000 % 10**8:08}"
        answer = worker.send("PATCH", path, json={"phone": phone}, version=version)
        worker.expect(answer, 200)
        return resident


def end_of_feed(department: actors.Actor) -> str:
    """The place behind everything that happened before."""
    page = department.get("/registry/v1/events", limit=200)
    while page["items"]:
        page = department.get("/registry/v1/events", limit=200, after=page["next"])
    place: str = page["next"]
    return place


def test_a_change_reaches_a_listener_while_its_stream_is_open(suite: Suite) -> None:
    resident: list[str] = []
    with httpx.Client(base_url=suite.base_url, timeout=30, trust_env=False) as http:
        client = f"sys.{GRID[:6]}.culture"
        department = actors.system(http, client, suite.password)
        headers = {
            "Authorization": f"Bearer {department.token}",
            "Accept": "text/event-stream",
            "Last-Event-ID": end_of_feed(department),
        }
        started = time.monotonic()
        with http.stream("GET", "/registry/v1/events", headers=headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            assert next(lines) == "retry: 2000"
            assert time.monotonic() - started < 10, "the answer was held back"
            changing = threading.Thread(target=lambda: resident.append(change_a_telephone(suite)))
            changing.start()
            told = next(line for line in lines if '"phone"' in line)
            changing.join()
    event = orjson.loads(told.removeprefix("data: "))
    assert event["subject"] == resident[0]
    assert event["data"]["fields"] == ["phone"]
