"""Loads the demo prefecture: each service its own part, from one seed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from gateway.suite import BY_NAME
from services.common.service import Progress
from services.common.settings import ServiceSettings

SCALES = ("tiny", "county", "prefecture")
SEED = 20260101
COUNTY = "222406"
"""Helong, the pilot county: its accounts are the ones that are printed."""

_ORDER = ("registry", "identity", "admission", "tasks")
"""The registry first: it knows the areas and organisations that the others refer to."""


class OtherDemoLoaded(RuntimeError):
    """The data folder already holds a demo prefecture of another scale or seed."""


def loaded(data_dir: Path) -> dict[str, Any] | None:
    """What was loaded here, or None: scale, seed and when."""
    marker = data_dir / "demo.json"
    return orjson.loads(marker.read_bytes()) if marker.exists() else None


async def load(
    settings: Mapping[str, ServiceSettings],
    data_dir: Path,
    *,
    scale: str,
    password: str,
    progress: Progress,
    seed: int = SEED,
) -> dict[str, Any]:
    """Load every service's part, or nothing when it is here already.

    A load that was killed is started again by each service, so the next call completes it.

    Args:
        settings: Of all services, with their own databases.
        data_dir: Where the marker `demo.json` is kept.
        scale: `tiny`, `county` or `prefecture`.
        password: Of all demo accounts.
        progress: Told how far it is.
        seed: Same seed, same prefecture.

    Raises:
        OtherDemoLoaded: Another scale or seed is here; use another folder.
    """
    present = loaded(data_dir)
    if present is not None:
        if (present["scale"], present["seed"]) != (scale, seed):
            raise OtherDemoLoaded(
                f"{data_dir} already holds the demo at scale '{present['scale']}'; "
                "choose another folder with --data-dir to load another"
            )
        return present
    context: dict[str, Any] = {
        "scale": scale,
        "seed": seed,
        "password": password,
        "county": COUNTY,
    }
    for name in _ORDER:
        load_demo = BY_NAME[name].load_demo
        if load_demo is not None:
            context.update(await load_demo(settings[name], context, progress))
    summary = {
        "scale": scale,
        "seed": seed,
        "county": COUNTY,
        "finished_at": datetime.now(UTC).isoformat(),
    }
    _mark(data_dir, summary)
    return summary


def _mark(data_dir: Path, summary: Mapping[str, Any]) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "demo.json").write_bytes(orjson.dumps(summary))
