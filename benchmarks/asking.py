"""What the look-ups ask: residents of the pilot county, known from the demo's seed."""

from collections.abc import Iterator
from itertools import islice
from random import Random

import orjson

from benchmarks import wrk
from benchmarks.places import Place, Server
from gateway import demo as demo_load
from services.registry.domain import demo
from services.registry.store import reference

PATH = "/registry/v1/residents/lookup"
FIELDS = ("name", "sex", "born_on", "document", "phone", "residency", "dwelling")
"""Two of them are sealed and shown masked."""
PURPOSE = "public_service"
_PREPARED = 20_000


def suite(place: Place, server: Server, name: str) -> wrk.Target:
    """Look-ups through a gateway, with a token of it."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {place.token(server.base_url)}",
        "OneGrid-Purpose": PURPOSE,
    }
    lines = ((PATH, body) for body in bodies(place.scale))
    file = wrk.write_requests(place.folder / f"lookup-{name}.txt", "POST", headers, lines)
    return wrk.Target(server.base_url, file)


def bodies(scale: str) -> Iterator[str]:
    """Look-ups of random residents of the pilot county, known from the demo's seed."""
    numbers = [number for _, number in residents(scale)]
    Random(1).shuffle(numbers)  # noqa: S311 — a repeatable order, not a secret
    for number in islice(numbers, _PREPARED):
        document = {"kind": "resident_id", "number": number}
        yield orjson.dumps({"document": document, "fields": FIELDS}).decode()


def residents(scale: str) -> Iterator[tuple[str, str]]:
    """Name and identity number of each resident of the pilot county, known from the seed."""
    plan = demo.plan(reference.divisions(), scale_of(scale), str(demo_load.SEED))
    name, number = map(demo.RESIDENT_COLUMNS.index, ("name", "id_number"))
    for batch in demo.batches(plan, within=demo_load.COUNTY):
        for resident in batch.residents:
            yield str(resident[name]), str(resident[number])


def scale_of(name: str) -> demo.Scale:
    """The demo's scale with this name."""
    return next(scale for scale in demo.SCALES if scale == name)


def bare(place: Place, server: Server, rows: int) -> wrk.Target:
    """The bare handler's questions: random keys of its table."""
    draw = Random(1)  # noqa: S311 — a repeatable order, not a secret
    lines = ((f"/plain/{draw.randint(1, rows)}", "") for _ in range(_PREPARED))
    return wrk.Target(
        server.base_url, wrk.write_requests(place.folder / "plain.txt", "GET", {}, lines)
    )
