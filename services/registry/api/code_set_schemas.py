"""The shapes of code sets, for the OpenAPI document."""

from pydantic import BaseModel


class CodeWord(BaseModel):
    """A code and what it means."""

    code: str
    name_zh: str
    name_ko: str
    name_en: str


class CodeSet(BaseModel):
    """The codes that a field of type `code` can hold."""

    code: str
    standard: str
    name_zh: str
    name_ko: str
    name_en: str
    source: str
    values: list[CodeWord]


class CodeSetList(BaseModel):
    """All code sets."""

    items: list[CodeSet]
    next: None
