"""HTTP load from wrk: what is sent, and what came of it."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

SCRIPT = Path(__file__).parent / "scripts" / "requests.lua"
_MARK = "outcome "
_GRACE_S = 30


class WrkMissing(RuntimeError):
    """wrk is not installed."""


class AnswersNotOk(RuntimeError):
    """Some answers were not 2xx, so the rate would mean nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of wrk saw.

    Attributes:
        requests: Answers received.
        duration_s: Of the run.
        not_ok: Answers with a status of 400 or more.
        broken: Connections, reads and writes that failed, and time-outs.
        p50_ms: Median latency.
        p95_ms: 95th percentile.
        p99_ms: 99th percentile.
    """

    requests: int
    duration_s: float
    not_ok: int
    broken: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.duration_s


@dataclass(frozen=True, slots=True)
class Target:
    """A server and the file of requests it is sent.

    Attributes:
        base_url: Without trailing slash.
        requests: Written by `write_requests`.
    """

    base_url: str
    requests: Path


def found() -> str:
    """The path of wrk.

    Raises:
        WrkMissing: Says how to install it.
    """
    path = shutil.which("wrk")
    if path is None:
        raise WrkMissing("wrk is not installed: on Debian and Ubuntu `apt-get install wrk`")
    return path


def write_requests(
    file: Path, method: str, headers: Mapping[str, str], lines: Iterable[tuple[str, str]]
) -> Path:
    """Prepare requests for the script.

    Args:
        file: Where to write them.
        method: HTTP method of all.
        headers: Of all.
        lines: Path and body of each.
    """
    head = [method, *(f"{name}: {value}" for name, value in headers.items()), ""]
    body = [f"{path}\t{body}" for path, body in lines]
    file.write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")
    file.chmod(0o600)  # the headers hold a token
    return file


def load(target: Target, *, connections: int, seconds: float) -> Outcome:
    """Send requests for some time.

    Raises:
        AnswersNotOk: A request failed.
    """
    whole = max(1, round(seconds))
    words = [found(), "-t1", f"-c{connections}", f"-d{whole}s", "-s", str(SCRIPT)]
    words += [target.base_url, "--", str(target.requests)]
    ran = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=whole + _GRACE_S
    )
    outcome = parse(ran.stdout)
    if outcome.not_ok or outcome.broken or not outcome.requests:
        raise AnswersNotOk(f"{target.base_url}: {outcome}")
    return outcome


def parse(output: str) -> Outcome:
    """The outcome in what wrk printed.

    Raises:
        ValueError: wrk did not get to the end of the script.
    """
    told = [line for line in output.splitlines() if line.startswith(_MARK)]
    if not told:
        raise ValueError(f"wrk told no outcome: {output[-500:]!r}")
    seen = orjson.loads(told[-1].removeprefix(_MARK))
    return Outcome(
        requests=seen["requests"],
        duration_s=seen["duration_us"] / 1e6,
        not_ok=seen["not_ok"],
        broken=seen["broken"],
        p50_ms=seen["p50_us"] / 1e3,
        p95_ms=seen["p95_us"] / 1e3,
        p99_ms=seen["p99_us"] / 1e3,
    )
