"""What the codes of fields are called, in the three languages of the prefecture's offices."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final, TypeAlias

import orjson

Labels: TypeAlias = Mapping[str, Mapping[str, tuple[str, str, str]]]
"""Set → code → Chinese, Korean, English."""

LANGUAGES: Final = ("zh", "ko", "en")


@lru_cache(maxsize=1)
def load() -> Labels:
    """The labels of this release."""
    source = resources.files("services.registry").joinpath("reference", "code_sets.json")
    sets: list[dict[str, Any]] = orjson.loads(source.read_bytes())["sets"]
    return {
        s["code"]: {v["code"]: (v["name_zh"], v["name_ko"], v["name_en"]) for v in s["values"]}
        for s in sets
    }


def label(code_set: str | None, code: str, language: str) -> str:
    """What a code is called; the code itself when nobody named it."""
    names = load().get(code_set or "", {}).get(code)
    return names[LANGUAGES.index(language)] if names else code
