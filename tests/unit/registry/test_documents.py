"""Numbers of documents."""

from datetime import date

import pytest

from services.registry.domain import documents, id_numbers
from services.registry.domain.documents import DocumentNumberWrong
from services.registry.domain.id_numbers import IdNumberInvalid


def with_check(first: str) -> str:
    return first + id_numbers.check_character(first)


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        ("passport", " e1234 5678", "E12345678"),
        ("hmt_permit", "h12345678", "H12345678"),
        ("hmt_permit", "M1234567801", "M1234567801"),
        ("hmt_permit", "12345678", "12345678"),
        ("foreign_permit", "usa110199001011", "USA110199001011"),
        ("hmt_residence", with_check("81000019900101123"), with_check("81000019900101123")),
        ("foreign_permit", with_check("91122019900101123"), with_check("91122019900101123")),
        ("resident_id", "229999900101123", with_check("22999919900101123")),
    ],
)
def test_numbers_are_kept_in_one_form(kind: str, typed: str, number: str) -> None:
    assert documents.read(kind, typed).number == number


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("passport", "ABCDEF"),
        ("passport", "1" * 18),
        ("hmt_permit", "A12345678"),
        ("hmt_residence", with_check("22999919900101123")),
        ("resident_id", with_check("81000019900101123")),
        ("resident_id", with_check("91122019900101123")),
        ("foreign_permit", with_check("81000019900101123")),
        ("foreign_permit", "USA12345678901"),
        ("driving_licence", "E12345678"),
    ],
)
def test_what_has_another_form_is_refused(kind: str, number: str) -> None:
    with pytest.raises(DocumentNumberWrong):
        documents.read(kind, number)


def test_a_number_of_eighteen_tells_birth_and_sex_and_is_checked() -> None:
    read = documents.read("hmt_residence", with_check("83000020010203124"))
    assert (read.born_on, read.sex) == (date(2001, 2, 3), "2")
    wrong = with_check("83000020010203124")[:-1]
    with pytest.raises(IdNumberInvalid):
        documents.read("hmt_residence", wrong + ("0" if read.number[-1] != "0" else "1"))
    with pytest.raises(IdNumberInvalid):
        documents.read("foreign_permit", read.number, date(2000, 1, 1))
