"""Names of people: one form for comparing, keys for searching.

A resident of the prefecture may have a name in Chinese characters, one in Hangul, and a romanised
one. Nothing here reads characters aloud (that needs a dictionary, see `use_cases/romanise.py`);
these functions work on text only.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

# Name dots come in many code points; U+00B7 is the one GB 18030 and the identity card use.
_DOTS: Final = dict.fromkeys(map(ord, "•‧∙⋅・．･"), "·")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))
_TIDY: Final = {**_DOTS, **_INVISIBLE}
# Nearly every name: nothing of it is ever put right.
_ORDINARY: Final = re.compile("[\u4e00-\u9fff]+")
_LATIN_END: Final = "\u0250"

_HANGUL_FIRST, _HANGUL_LAST, _HANGUL_PER_INITIAL = 0xAC00, 0xD7A3, 588
_HANGUL_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"

START: Final = "^"

# Surnames read differently from the same character elsewhere.
SURNAME_READINGS: Final[dict[str, str]] = {
    "朴": "piao",
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "任": "ren",
    "盖": "ge",
    "区": "ou",
    "缪": "miao",
    "乐": "yue",
    "翟": "zhai",
    "员": "yun",
    "覃": "qin",
    "种": "chong",
    "繁": "po",
    "秘": "bi",
    "召": "shao",
    "冼": "xian",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "单于": "chan yu",
}

# Characters that given names read differently from most words.
GIVEN_READINGS: Final[dict[str, str]] = {"长": "chang", "镐": "hao"}


def normalise(name: str) -> str:
    """The form in which names are stored and compared.

    NFKC (full-width letters become ordinary, Hangul syllables are composed), one kind of name dot,
    no blanks inside Chinese or Korean names (金 哲 洙), single blanks inside Latin ones.
    """
    if _ORDINARY.fullmatch(name):
        return name
    words = unicodedata.normalize("NFKC", name.translate(_TIDY)).split()
    if len(words) <= 1:
        return "".join(words)
    joined = words[0]
    for word in words[1:]:
        latin = joined[-1] < _LATIN_END and word[0] < _LATIN_END
        joined += f" {word}" if latin else word
    return unicodedata.normalize("NFKC", joined)


def bigrams(name: str) -> tuple[str, ...]:
    """The pairs of neighbouring characters of a name, in order, without repeats.

    A name of one character is its own only gram.
    """
    text = _folded(name)
    if len(text) <= 1:
        return (text,) if text else ()
    return tuple(dict.fromkeys(text[i : i + 2] for i in range(len(text) - 1)))


def index_grams(name: str) -> tuple[str, ...]:
    """What a search index stores of a name: its bigrams and its marked first letter."""
    text = _folded(name)
    if not text:
        return ()
    return tuple(dict.fromkeys((START + text[0], *bigrams(text))))


def query_grams(part: str) -> tuple[str, ...]:
    """The grams that every name with this part has in the index.

    One character is looked for at the beginning, as a surname; several stand anywhere: 明子 finds
    金明子. Two characters are one gram, so what is found is exact; more are the grams of more.
    """
    text = _folded(part)
    if len(text) == 1:
        return (START + text,)
    return bigrams(text)


def pinyin_key(syllables: Iterable[str]) -> str:
    """The stored romanised form: lower-case syllables without tones, separated by blanks."""
    return " ".join(part for part in (_plain(syllable) for syllable in syllables) if part)


def initials(pinyin: str) -> str:
    """The first letters of a pinyin key: `jin zhe zhu` is found by `jzz`."""
    return "".join(syllable[0] for syllable in pinyin.split())


def hangul_initials(name_ko: str) -> str:
    """The initial consonants of a Hangul name: 김철수 is found by ㄱㅊㅅ; other characters stay."""
    return "".join(map(_hangul_initial, normalise(name_ko)))


def mask(name: str) -> str:
    """The name with only its first character shown: 金**."""
    text = normalise(name)
    return text[:1] + "*" * (len(text) - 1)


def _folded(name: str) -> str:
    return normalise(name).casefold().replace(" ", "")


@lru_cache(maxsize=4096)
def _plain(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable.strip().lower()).replace("u\u0308", "v")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _hangul_initial(character: str) -> str:
    code = ord(character)
    if not _HANGUL_FIRST <= code <= _HANGUL_LAST:
        return character
    return _HANGUL_INITIALS[(code - _HANGUL_FIRST) // _HANGUL_PER_INITIAL]
