"""Exports of a whole county or prefecture in each format: residents a second, and memory.

Each format is written by a process of its own (`python -m benchmarks.exporting FORMAT WITHIN`), so
that the peak of its memory is its own.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import SecretStr

from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row
from gateway import demo
from gateway.suite import SUITE
from services.common.database import Database
from services.common.idempotency import Once
from services.common.ids import new_id
from services.common.timers import TimerLoop
from services.registry.domain.askers import Asker
from services.registry.domain.filters import Asked
from services.registry.domain.readings import Reading
from services.registry.settings import RegistrySettings
from services.registry.store.exports import jobs as exports
from services.registry.store.store import open_store
from services.registry.use_cases.exports import jobs, run
from services.registry.use_cases.exports.jobs import Whose
from services.registry.use_cases.exports.plan import Request, exporting

FORMATS: Final = ("ndjson", "csv", "parquet", "xlsx")
FIELDS: Final = (
    "name", "sex", "born_on", "document", "phone", "residency", "usual_language", "dwelling",
    "registered_area", "ethnic",
)  # fmt: skip
"""Four columns in the clear, two numbers that are opened and masked, a sealed fact among them."""

_MOST_ROUNDS: Final = 3
_KIB: Final = 1024


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """Residents a second in each format."""
    whole = place.scale == "prefecture"
    turns = 1 if whole else min(effort.rounds, _MOST_ROUNDS)
    within = demo.COUNTY[:4] if whole else demo.COUNTY
    for format_ in FORMATS:
        seen = [_child(place, format_, within) for _ in range(turns)]
        rate = Figures(tuple(one["residents"] / one["seconds"] for one in seen))
        first = seen[0]
        note = (
            f"{first['residents']:,} residents × {len(FIELDS)} fields, an access record for each; "
            f"{first['size_bytes'] / _KIB / _KIB:,.0f} MiB; peak "
            f"{max(one['peak_mib'] for one in seen):,} MiB of memory"
        )
        yield Row(f"export as {format_}", "", "residents/s", rate, note=note)


def _child(place: Place, format_: str, within: str) -> dict[str, Any]:
    settings = place.embedded.settings(SUITE, public_url="http://127.0.0.1:8000")["registry"]
    said = {
        "dsn": settings.database_url.get_secret_value(),
        "key": settings.key_encryption_key.get_secret_value(),
        "folder": str(place.folder),
    }
    words = [sys.executable, "-m", "benchmarks.exporting", format_, within]
    done = subprocess.run(words, input=orjson.dumps(said), stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return told


async def _export(format_: Any, within: str, said: dict[str, str]) -> dict[str, Any]:
    settings = RegistrySettings(
        database_url=SecretStr(said["dsn"]),
        key_encryption_key=SecretStr(said["key"]),
        data_dir=Path(said["folder"]),
    )
    database = Database(said["dsn"], application="benchmark", pool_size=3)
    await database.open()
    try:
        env = exporting(await open_store(database, said["key"]), settings)
        domain = "public_security"
        reading = Reading(
            (within,), "benchmark", "benchmark", "department_system", f"{within}.{domain}",
            "statutory_registration", run.OPERATION, None,
        )  # fmt: skip
        whose = Whose(reading, Asker(frozenset({reading.role}), frozenset({domain})), "")
        asked = Request(
            format_, FIELDS, Asked(within), "utf-8", "zh", None, "户口登记条例第二条", None
        )
        once = Once("benchmark", new_id().hex, b"")
        job = orjson.loads((await jobs.accept(env, whose, asked, once)).body)
        started = time.perf_counter()
        await TimerLoop(database, run.handlers(env), batch=1).fire_due()
        seconds = time.perf_counter() - started
        async with env.store.read() as connection:
            (done,) = await exports.page(
                connection, env.store.sealer, (reading.organisation, "benchmark"), jobs.LAST_ID, 1
            )
        env.files.remove(done.id)
    finally:
        await database.close()
    if done.state != "done" or str(done.id) != job["id"]:
        raise RuntimeError(f"the export ended {done.state}: {done.error}")
    return {
        "residents": done.residents_done,
        "seconds": seconds,
        "size_bytes": done.size_bytes,
        "peak_mib": _peak_mib(),
    }


def _peak_mib() -> int:
    """Of this process; `getrusage` would tell the peak of the one that started it, if higher."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // _KIB


if __name__ == "__main__":
    told = asyncio.run(_export(sys.argv[1], sys.argv[2], orjson.loads(sys.stdin.buffer.read())))
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
