"""What the cells of an office's sheet say: dates, codes, numbers, telephones.

Every reader takes tidied text and gives the plain value the record stores (JSON can hold each), or
raises `CellWrong` with a reason a clerk understands. The reason never repeats an identity number.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

MAX_CELL: Final = 1000
"""Characters of one cell at most."""

_BLANK_WORDS: Final = frozenset("/ - -- — —— N/A n/a NULL null #N/A \\".split())  # noqa: SIM905 — reads better
_NONE_WORDS: Final = frozenset({"无", "暂无", "没有", "未知", "不详"})
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u200e\u200f\ufeff\u2060]+")

_YES: Final = frozenset("是 有 √ ✓ 对 y yes true t 1 1.0 예 네 있음".split())  # noqa: SIM905 — same
_NO: Final = frozenset("否 无 没有 非 不是 × ✗ x n no false f 0 0.0 아니오 없음".split())  # noqa: SIM905 — same
_YES_BY_FIELD: Final[Mapping[str, frozenset[str]]] = {
    "rented_out": frozenset(("出租", "已出租", "出租中")),
    "low_income": frozenset(("低保", "享受", "在保")),
    "lives_alone": frozenset(("独居",)),
}
_NO_BY_FIELD: Final[Mapping[str, frozenset[str]]] = {
    "rented_out": frozenset(("未出租", "自住", "空置")),
    "low_income": frozenset(("非低保", "未享受", "停保")),
    "lives_alone": frozenset(("非独居",)),
}

_SUFFIXES: Final = ("残疾", "民族", "族")

_DATE: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]+[\d:.]+Z?)?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?", re.ASCII)
_SERIAL: Final = re.compile(r"(\d{4,5})(?:\.\d+)?", re.ASCII)
# Excel's day 60 is 29 February 1900, which never was; from day 61 on this epoch is right.
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_FIRST_SERIAL: Final = 3654  # 1 January 1910
_LAST_SERIAL: Final = 73050  # 31 December 2099

_LIST: Final = re.compile(r"[、,;/+]|以及|和")
_NUMBER: Final = re.compile(r"-?\d{1,12}(?:\.\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_UNITS: Final = re.compile(r"(?:平方米|平米|㎡|m2|m²|人|个|名)$", re.IGNORECASE)
_MAX_INTEGER: Final = 2**31 - 1

_PHONE: Final = re.compile(r"1\d{10}|0\d{9,11}", re.ASCII)
_PHONE_NOISE: Final = re.compile(r"[\s\-‐–—()+.]+")

_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:\.\d+)?[eE]\+?\d+", re.ASCII)


class CellWrong(ValueError):
    """A cell does not say what its field needs.

    Args:
        code: Stable word for programs.
        reason: Sentence for the clerk, in Chinese.
    """

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """The values a field of codes may have.

    Attributes:
        code: Of the set.
        by_word: Tidied word (code, any label) → code.
        names: Chinese names, to tell a clerk what may be written.
    """

    code: str
    by_word: Mapping[str, str]
    names: tuple[str, ...]


def code_set(
    code: str, values: Sequence[tuple[str, Sequence[str]]], usual: Mapping[str, str]
) -> CodeSet:
    """A code set that knows its values by code, label and the words offices use.

    Args:
        code: Of the set.
        values: (code, labels) with the Chinese label first.
        usual: Further words offices use → code.
    """
    words: dict[str, str] = {}
    for value, labels in reversed(values):
        for label in labels:
            text = _folded(label)
            words[text.partition("(")[0]] = value
            words[text] = value
    words.update({_folded(word): value for word, value in usual.items()})
    words.update({_folded(value): value for value, _ in values})
    return CodeSet(code, words, tuple(labels[0] for _, labels in values if labels))


def clean(text: str) -> str:
    """The cell as it was meant: half-width, without invisible signs and outer blanks.

    Raises:
        CellWrong: It is longer than a cell may be.
    """
    if len(text) > MAX_CELL:
        raise CellWrong("cell-too-long", f"内容超过{MAX_CELL}个字符")
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()


def is_blank(text: str) -> bool:
    """Whether a cleaned cell says nothing: empty, or a dash where a value would stand."""
    return not text or text in _BLANK_WORDS


def lost_digits(text: str) -> bool:
    """Whether a spreadsheet turned an identity number into a number and lost its last digits.

    Excel keeps 15 of them: 18 typed digits become `2.29999E+17`.
    """
    return _SCIENTIFIC.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def read_date(text: str) -> str:
    """The ISO day of `2024/3/5`, `2024-03-05 08:00`, `2024年3月5日`, `20240305` or a day number.

    Raises:
        CellWrong: No such day, or a form whose parts can be confused (`3/5/2024`).
    """
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        try:
            return date(*map(int, found.groups())).isoformat()
        except ValueError as exc:
            raise CellWrong("date-impossible", "日期不存在") from exc
    serial = _SERIAL.fullmatch(text)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        return (_EXCEL_EPOCH + timedelta(days=int(serial[1]))).isoformat()
    raise CellWrong("date-not-understood", "日期无法识别,请写成2024-03-05")


def read_boolean(text: str, field: str) -> bool:
    """Yes or no, in the words of the field.

    Raises:
        CellWrong: Neither.
    """
    word = _folded(text)
    if word in _YES or word in _YES_BY_FIELD.get(field, ()):
        return True
    if word in _NO or word in _NO_BY_FIELD.get(field, ()):
        return False
    raise CellWrong("boolean-not-understood", "请填“是”或“否”")


def read_code(text: str, values: CodeSet) -> str:
    """The code for a code, a label or a usual word.

    Raises:
        CellWrong: The set has no such value; the reason lists what it has.
    """
    word = _folded(text)
    found = values.by_word.get(word) or values.by_word.get(word.partition("(")[0])
    for suffix in _SUFFIXES if found is None else ():
        found = found or values.by_word.get(word.removesuffix(suffix))
        found = found or values.by_word.get(word + suffix)
    if found is None:
        listed = "、".join(values.names[:8]) + ("等" if len(values.names) > 8 else "")  # noqa: PLR2004 — what a clerk reads at a glance
        raise CellWrong("code-unknown", f"不在可选值内,可填:{listed}")
    return found


def several(text: str) -> tuple[str, ...]:
    """The parts of a cell that lists more than one value: `高血压、糖尿病`."""
    return tuple(part for part in _LIST.split(text) if part.strip())


def says_none(text: str) -> bool:
    """Whether a cell says that there is nothing to record (`无`, `不详`)."""
    return text in _NONE_WORDS


def read_integer(text: str) -> int:
    """A whole number.

    Raises:
        CellWrong: Not one.
    """
    value = float(_number(text))
    if not value.is_integer() or not 0 <= value <= _MAX_INTEGER:
        raise CellWrong("number-not-whole", "请填0或正整数")
    return int(value)


def read_decimal(text: str) -> float:
    """A number of zero or more, to two places.

    Raises:
        CellWrong: Not one.
    """
    value = round(float(_number(text)), 2)
    if value < 0:
        raise CellWrong("number-negative", "不能为负数")
    return value


def read_phone(text: str) -> str:
    """A telephone number in one form: `13812345678`, or `04332512345` with its area code.

    Raises:
        CellWrong: Neither a mobile nor a landline number of the country.
    """
    digits = _PHONE_NOISE.sub("", text.removesuffix(".0"))
    if len(digits) > 11 and digits.startswith("86"):  # noqa: PLR2004 — a mobile number has 11 digits
        digits = digits[2:]
    digits = digits.removeprefix("0086")
    if _PHONE.fullmatch(digits):
        return digits
    raise CellWrong("phone-not-valid", "电话号码有误,应为11位手机号或带区号的固定电话")


def reader(type_: str, field: str, values: CodeSet | None) -> Callable[[str], Any]:
    """The reader for a field of a type of the catalogue; texts and areas are kept as they are."""
    if type_ == "code" and values is not None:
        return lambda text: read_code(text, values)
    if type_ == "boolean":
        return lambda text: read_boolean(text, field)
    return _READERS.get(type_, str)


def _number(text: str) -> str:
    plain = _UNITS.sub("", text).strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise CellWrong("number-not-understood", "请填数字")
    return plain


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "date": read_date,
    "integer": read_integer,
    "decimal": read_decimal,
    "phone": read_phone,
}
