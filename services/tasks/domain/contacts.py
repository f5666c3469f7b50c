"""How a resident's name and telephone are shown to those who need not see them."""

import re

_DIGITS = re.compile(r"\d{5,}")
_WORD = re.compile(r"[^\W\d_]{2,}")


def masked(contact: str) -> str:
    """A contact with each name cut to its first letter and each number to its ends.

    `金明子 13812345678` becomes `金** 138****5678`.
    """
    text = _WORD.sub(lambda m: m[0][0] + "*" * (len(m[0]) - 1), contact)
    return _DIGITS.sub(lambda m: _number(m[0]), text)


def _number(digits: str) -> str:
    kept = 3 if len(digits) >= 11 else 1  # noqa: PLR2004 — a mobile number has 11 digits
    tail = 4 if len(digits) >= 11 else 2  # noqa: PLR2004 — same
    return digits[:kept] + "*" * (len(digits) - kept - tail) + digits[-tail:]
