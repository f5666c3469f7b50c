"""Documents that prove who somebody is: which kinds there are, and the form of their numbers.

    IdNumberInvalid
    └── DocumentNumberWrong    no number of this kind has this form

| kind | document | number |
|---|---|---|
| `resident_id` | 居民身份证 | 18, or 15 in the old form; see `id_numbers` |
| `passport` | 护照 | 5 to 17 letters and digits, of any country |
| `hmt_permit` | 港澳居民来往内地通行证, 台胞证 | H or M and 8 or 10 digits; 8 or 10 digits |
| `hmt_residence` | 港澳台居民居住证 | as `resident_id`, beginning 81, 82 or 83 |
| `foreign_permit` | 外国人永久居留身份证 | 2017: 3 letters, 12 digits; 2023: 9 and 17 more |

Sources: GB 11643-1999; 国办发〔2018〕81号 (81 Hong Kong, 82 Macao, 83 Taiwan); National Immigration
Administration, notice of 9 October 2023 on the five-star card: 18 digits, first a 9, birth date
in digits 7 to 14, check character by the rule of GB 11643.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.registry.domain import id_numbers
from services.registry.domain.id_numbers import IdNumberInvalid

KINDS: Final = ("resident_id", "passport", "hmt_permit", "hmt_residence", "foreign_permit")
_RESIDENCE_REGIONS: Final = ("81", "82", "83")
_FOREIGN: Final = "9"
_LONG: Final = 18
_FORMS: Final = {
    "passport": re.compile(r"(?=.*[0-9])[A-Z0-9]{5,17}"),
    "hmt_permit": re.compile(r"[HM]\d{8}(\d{2})?|\d{8}(\d{2})?"),
    "foreign_permit": re.compile(r"[A-Z]{3}\d{12}"),
}


class DocumentNumberWrong(IdNumberInvalid):
    """No number of this kind of document has this form."""

    title = "The document number is not valid"
    title_zh = "证件号码格式不符"
    title_ko = "증명서 번호 형식이 맞지 않습니다"


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose number was checked.

    Attributes:
        kind: Of `KINDS`.
        number: In the form in which it is kept and compared.
        born_on: Birth date, where the number tells it.
        sex: GB/T 2261.1, where the number tells it.
    """

    kind: str
    number: str
    born_on: date | None = None
    sex: str | None = None


def read(kind: str, text: str, today: date | None = None) -> Document:
    """The document with a number as an office or a person typed it.

    Raises:
        IdNumberInvalid: The number cannot exist.
    """
    number = id_numbers.normalise(text).upper()
    if kind == "resident_id":
        # A residence permit or a foreigner's card looks alike, and is another kind.
        if number.startswith((*_RESIDENCE_REGIONS, _FOREIGN)) and len(number) == _LONG:
            raise DocumentNumberWrong
        return _like_identity(kind, number, today)
    if kind == "hmt_residence" or (kind == "foreign_permit" and len(number) == _LONG):
        first = _RESIDENCE_REGIONS if kind == "hmt_residence" else (_FOREIGN,)
        if len(number) != _LONG or not number.startswith(first):
            raise DocumentNumberWrong
        return _like_identity(kind, number, today)
    form = _FORMS.get(kind)
    if form is None or not form.fullmatch(number):
        raise DocumentNumberWrong
    return Document(kind, number)


def _like_identity(kind: str, number: str, today: date | None) -> Document:
    known = id_numbers.parse(number, today)
    return Document(kind, known.number, known.born_on, known.sex)
