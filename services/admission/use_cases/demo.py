"""Loads admission's part of the demo prefecture: items, money, lists and refused tasks."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from services.admission.domain.areas import county_of
from services.admission.domain.demo import DemoItem, Entry, plan
from services.admission.domain.items import ItemClass, State
from services.admission.settings import AdmissionSettings
from services.admission.store.demo import COLUMNS, Demo
from services.admission.store.store import Store
from services.admission.use_cases import demo_lists, demo_rows
from services.common.clock import local_day, utc_now
from services.common.database import Database
from services.common.service import Progress

REFERENCE = Path(__file__).parents[1] / "reference"


class AdmissionInUse(RuntimeError):
    """The record holds items already; the demo is loaded into an empty one only."""


@dataclass(frozen=True, slots=True)
class County:
    """A county to fill.

    Attributes:
        code: County code.
        communities: Its communities, sorted.
        names: Organisation code → Chinese name.
    """

    code: str
    communities: tuple[str, ...]
    names: Mapping[str, str]


async def load(
    settings: AdmissionSettings, context: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Load the demo, or nothing when it is here already.

    Args:
        settings: With the service's own database.
        context: `scale`, `seed`, and from the registry `communities` and `organisations`.
        progress: Told each table.

    Returns:
        `admitted_items`: those a department may base a task on today.

    Raises:
        AdmissionInUse: Items exist that this load did not make.
    """
    database = Database(settings.database_url.get_secret_value(), application="admission.demo")
    await database.open()
    try:
        return await _load(Store(database), context, progress)
    finally:
        await database.close()


async def _load(store: Store, context: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    scale, seed = str(context["scale"]), str(context["seed"])
    now = utc_now()
    tables, summary = _tables(seed, list(_counties(context)), local_day(now))
    async with store.demo() as demo:
        present = await demo.summary(scale, seed)
        if present is not None:
            return present
        if await demo.is_in_use():
            raise AdmissionInUse(AdmissionInUse.__doc__)
        await _fill(demo, tables, progress)
        await demo.done(scale, seed, summary)
    return summary


async def _fill(
    demo: Demo, tables: Mapping[str, Sequence[Sequence[Any]]], progress: Progress
) -> None:
    for done, name in enumerate(COLUMNS):
        progress("admission", done, len(COLUMNS))
        await demo.fill(name, tables.get(name, ()))
    progress("admission", len(COLUMNS), len(COLUMNS))


def _counties(context: Mapping[str, Any]) -> Iterator[County]:
    by_county: dict[str, list[str]] = defaultdict(list)
    for code in context["communities"]:
        by_county[county_of(code)].append(code)
    names = {o["code"]: o["name_zh"] for o in context.get("organisations", ())}
    for code, communities in sorted(by_county.items()):
        yield County(code, tuple(sorted(communities)), names)


def _tables(
    seed: str, counties: Sequence[County], on: date
) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, Any]]:
    catalogue = list(_catalogue())
    tables: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    admitted: list[dict[str, Any]] = []
    for county in counties:
        items = list(plan(seed, county.code, county.communities, catalogue, on))
        for name, rows in demo_rows.of_county(seed, county.code, county.names, items, on).items():
            tables[name].extend(rows)
        refused = _read("refused_tasks")
        negatives = _read("negative_list")
        for name, rows in demo_lists.of_county(
            seed, county.code, county.communities, refused, negatives, on
        ).items():
            tables[name].extend(rows)
        admitted.extend(_summary(item) for item in items if item.state is State.ACTIVE)
    codes = [county.code for county in counties]
    tables["policy_documents"] = demo_lists.documents(_read("policy_documents"), codes)
    return tables, {"admitted_items": admitted}


def _summary(item: DemoItem) -> dict[str, Any]:
    application = item.application
    return {
        "id": str(item.id),
        "title": application.title,
        "class": application.item_class,
        "organisation": item.organisation,
        "domain": application.domain,
        "communities": list(application.communities),
    }


def _catalogue() -> Iterator[Entry]:
    for row in _read("catalogue"):
        yield Entry(
            ItemClass(row["class"]),
            row["domain"],
            row["title"],
            row["content"],
            row["legal_basis"],
            int(row["hours"]),
            int(row["spread"]),
            int(row["yuan"]),
            row["fate"],
        )


def _read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
