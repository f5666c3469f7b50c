"""Identity numbers after GB 11643."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import id_numbers
from services.registry.domain.id_numbers import (
    IdNumberCharactersWrong,
    IdNumberCheckDigitWrong,
    IdNumberDateImpossible,
    IdNumberInvalid,
    IdNumberLengthWrong,
)

GOOD = "11010519491231002X"
TODAY = date(2026, 11, 24)

births = st.dates(date(1900, 1, 1), TODAY)
sequences = st.integers(0, 999)
counties = st.integers(110000, 829999)


def number_of(county: int, born_on: date, sequence: int) -> str:
    first_17 = f"{county}{born_on:%Y%m%d}{sequence:03d}"
    return first_17 + id_numbers.check_character(first_17)


def reference_check(first_17: str) -> str:
    """The formula of the standard, written the slow way: weights are powers of two modulo 11."""
    total = sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(first_17))
    return "10X98765432"[total % 11]


def test_the_published_vector_is_valid() -> None:
    read = id_numbers.parse(GOOD, TODAY)
    assert read.number == GOOD
    assert (read.born_on, read.sex, read.issuing_code) == (date(1949, 12, 31), "2", "110105")
    assert read.masked == "110105********002X"


def test_30_february_is_no_birth_date() -> None:
    with pytest.raises(IdNumberDateImpossible):
        id_numbers.parse("110105194902300028")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", IdNumberLengthWrong),
        ("1101051949123100", IdNumberLengthWrong),
        ("110105194912310021", IdNumberCheckDigitWrong),
        ("11010519491231002Y", IdNumberCharactersWrong),
        ("1101X519491231002X", IdNumberCharactersWrong),
        ("11010519491331002X", IdNumberDateImpossible),
        ("1101054912310X2", IdNumberCharactersWrong),
        ("²²0105194912310028", IdNumberCharactersWrong),
    ],
)
def test_each_fault_has_its_own_error(text: str, error: type[IdNumberInvalid]) -> None:
    with pytest.raises(error) as caught:
        id_numbers.parse(text, TODAY)
    assert not id_numbers.is_valid(text, TODAY)
    assert not text or text not in str(caught.value)


def test_nobody_is_born_tomorrow() -> None:
    text = number_of(229999, TODAY + timedelta(days=1), 1)
    assert id_numbers.is_valid(text)
    with pytest.raises(IdNumberDateImpossible):
        id_numbers.parse(text, TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002×",
        "'11010519491231002X",
        "110105194912310\u200b02Х",
    ],
)
def test_what_offices_type_is_put_right(typed: str) -> None:
    assert id_numbers.parse(typed).number == GOOD


@given(counties, births, sequences)
def test_a_built_number_reads_back(county: int, born_on: date, sequence: int) -> None:
    number = number_of(county, born_on, sequence)
    read = id_numbers.parse(number, TODAY)
    assert (read.number, read.born_on) == (number, born_on)
    assert read.sex == (id_numbers.MALE if sequence % 2 else id_numbers.FEMALE)
    assert number[-1] == reference_check(number[:17])


@given(counties, births, sequences, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(
    county: int, born_on: date, sequence: int, place: int, shift: int
) -> None:
    number = number_of(county, born_on, sequence)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not id_numbers.is_valid(wrong)


@given(counties, st.dates(date(1900, 1, 1), date(1999, 12, 31)), sequences)
def test_an_old_number_becomes_the_new_one(county: int, born_on: date, sequence: int) -> None:
    legacy = f"{county}{born_on:%y%m%d}{sequence:03d}"
    assert id_numbers.parse(legacy).number == number_of(county, born_on, sequence)


@given(st.text(max_size=24))
def test_no_text_breaks_the_reader(text: str) -> None:
    if id_numbers.is_valid(text):
        number = id_numbers.parse(text).number
        assert id_numbers.parse(number).number == number


@given(st.text(max_size=24))
def test_a_mask_shows_no_birth_date(text: str) -> None:
    masked = id_numbers.mask(text)
    assert len(masked) == len(text)
    assert len(text) < 2 or "*" in masked


@pytest.mark.parametrize("text", ["", "123", "1101051949123100２", "11010519491231002X"])
def test_a_check_character_needs_17_digits(text: str) -> None:
    with pytest.raises(IdNumberCharactersWrong):
        id_numbers.check_character(text)
    with pytest.raises(IdNumberCharactersWrong):
        id_numbers.upgrade("1" * 14)


def test_bulk_reading_is_fast_enough_for_imports() -> None:
    numbers = [
        number_of(229999, date(1950, 1, 1) + timedelta(days=d), d % 1000) for d in range(4000)
    ]
    start = time.process_time()
    for number in numbers:
        id_numbers.parse(number, TODAY)
    # 8,000 rows/s is the import's promise; reading numbers may use a fifth of that time.
    assert len(numbers) / (time.process_time() - start) > 40_000
