"""What departments write, from the reference data: headings, and words for codes."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from io import StringIO
from typing import Any, Final

import orjson

from services.registry.domain.catalogue import Catalogue
from services.registry.domain.imports import cells as import_values
from services.registry.domain.imports.cells import CodeSet
from services.registry.domain.imports.columns import Headings

_PACKAGE: Final = "services.registry"


@dataclass(frozen=True, slots=True)
class ImportReference:
    """What reading a sheet needs to know.

    Attributes:
        catalogue: All fields.
        headings: Finds the field of a heading.
        code_sets: What the words of codes mean, by set.
    """

    catalogue: Catalogue
    headings: Headings
    code_sets: Mapping[str, CodeSet]


def load(catalogue: Catalogue) -> ImportReference:
    """The reference of this release for a catalogue."""
    synonyms = {row["field"]: row["headings"].split() for row in _table("import_headings.csv")}
    return ImportReference(catalogue, Headings(catalogue, synonyms), _code_sets())


def _code_sets() -> dict[str, CodeSet]:
    usual: dict[str, dict[str, str]] = {}
    for row in _table("import_words.csv"):
        words = usual.setdefault(row["code_set"], {})
        words.update(dict.fromkeys(row["words"].split(), row["code"]))
    sets: list[dict[str, Any]] = orjson.loads(_read("code_sets.json"))["sets"]
    return {
        s["code"]: import_values.code_set(
            s["code"],
            [(v["code"], [v["name_zh"], v["name_ko"], v["name_en"]]) for v in s["values"]],
            usual.get(s["code"], {}),
        )
        for s in sets
    }


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(_read(name))))


def _read(name: str) -> str:
    return resources.files(_PACKAGE).joinpath("reference", name).read_text("utf-8")
