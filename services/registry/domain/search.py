"""Finding people by name: what the index holds of each, and what a question needs."""

import re
import unicodedata
from typing import Final

from services.common.errors import DomainError
from services.registry.domain import names

_PINYIN: Final = "p:"
_INITIALS: Final = "i:"
_LATIN: Final = re.compile(r"[a-z' ]+")
_JAMO: Final = re.compile(r"[ㄱ-ㅎ]+")
_SPECIFIC_CHARACTERS: Final = 2
_SPECIFIC_INITIALS: Final = 3


class SearchTooBroad(DomainError):
    """Search inside a community, or give at least two characters of a name."""

    title = "The search is too broad"
    title_zh = "查询范围过大，请缩小区域或补充姓名"
    title_ko = "검색 범위가 너무 넓습니다. 지역을 좁히거나 이름을 더 입력하십시오"


def keys_of(
    name: str, name_ko: str | None, name_pinyin: str | None, former: str | None = None
) -> tuple[str, ...]:
    """What the index holds of one resident's names, without repeats.

    Bigrams of the characters (金哲 finds 金哲洙), every beginning of the pinyin that ends with a
    syllable (`jin`, `jinzhe`, `jinzhezhu`), and the beginnings of the initials, Latin and Hangul.
    A former name (曾用名) is found by its characters.
    """
    keys = dict.fromkeys(names.index_grams(name))
    if name_ko:
        keys.update(dict.fromkeys(names.index_grams(name_ko)))
        keys.update(_beginnings(_INITIALS, tuple(names.hangul_initials(name_ko))))
    if name_pinyin:
        syllables = tuple(name_pinyin.split())
        keys.update(_beginnings(_PINYIN, syllables))
        keys.update(_beginnings(_INITIALS, tuple(s[0] for s in syllables)))
    if former:
        keys.update(dict.fromkeys(names.index_grams(former)))
    return tuple(keys)


def query_keys(text: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives a typed name asks for; a resident fits who has all keys of one of them.

    Args:
        text: One character that a name begins with, or several that stand anywhere in it (明子
            finds 金明子), Chinese or Hangul; the beginning of its pinyin, with or without blanks;
            or initials (`jzz`, ㄱㅊㅅ).
    """
    tidy = names.normalise(text).casefold()
    # NFKC turns the compatibility letters a keyboard types (ㄱ) into conjoining ones and back here.
    jamo = unicodedata.normalize("NFC", text.strip())
    if _JAMO.fullmatch(jamo):
        return ((_INITIALS + jamo,),)
    latin = tidy.replace(" ", "").replace("'", "")
    if latin and _LATIN.fullmatch(tidy):
        return ((_PINYIN + latin,), (_INITIALS + latin,))
    grams = names.query_grams(tidy)
    return (grams,) if grams else ()


def is_specific(text: str) -> bool:
    """Whether a typed name is specific enough to be looked for in a whole county or prefecture."""
    tidy = names.normalise(text).casefold().replace(" ", "")
    enough = _SPECIFIC_INITIALS if tidy.isascii() or _JAMO.match(text.strip()) else 0
    return len(tidy) >= (enough or _SPECIFIC_CHARACTERS)


def _beginnings(kind: str, parts: tuple[str, ...]) -> dict[str, None]:
    return dict.fromkeys(kind + "".join(parts[:end]) for end in range(1, len(parts) + 1))
