"""Access tokens a second for systems: client credentials, signed with ES256."""

from collections.abc import Iterator
from urllib.parse import urlencode

from benchmarks import places, rounds, wrk
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row

PATH = "/identity/v1/token"


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """The token endpoint in the one process; informative, there is nothing to compare it with."""
    form = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": places.SYSTEM,
            "client_secret": place.embedded.demo_password(),
        }
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    file = wrk.write_requests(place.folder / "tokens.txt", "POST", headers, [(PATH, form)])
    with places.one_process(place) as server:
        target = wrk.Target(server.base_url, file)
        wrk.load(target, connections=effort.connections, seconds=2)
        seen = rounds.alternate(
            {
                "tokens": lambda: (
                    wrk.load(target, connections=effort.connections, seconds=effort.once_s).rate
                )
            },
            effort.rounds,
        )
    note = "the secret's slow hash is checked at first and remembered for ten minutes"
    yield Row("token for a system", "", "requests/s", Figures(seen["tokens"]), note=note)
