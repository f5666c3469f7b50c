"""What is shown of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import masking


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        ("043312345678", "043*****5678"),
        ("12345678", "********"),
        ("", ""),
    ],
)
def test_the_middle_of_a_telephone_number_is_hidden(number: str, shown: str) -> None:
    assert masking.phone(number) == shown


def test_documents_are_masked_by_their_kind() -> None:
    assert masking.document("resident_id", "229999199001010018") == "229999********0018"
    assert masking.document("passport", "E12345678") == "*********"
    assert masking.document("hmt_permit", "H1234567890") == "H12****7890"


@given(st.text("0123456789", max_size=20))
def test_a_masked_number_is_as_long_and_shows_seven_digits_at_most(number: str) -> None:
    shown = masking.phone(number)
    assert len(shown) == len(number)
    assert len(shown.replace("*", "")) <= 7
