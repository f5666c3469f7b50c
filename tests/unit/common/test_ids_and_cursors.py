import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common import paging
from services.common.ids import new_id


@given(st.integers(min_value=0, max_value=2**48 - 1))
def test_ids_are_uuidv7_and_carry_their_time(now_ms: int) -> None:
    made = new_id(now_ms)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == now_ms


def test_ids_of_later_times_sort_later() -> None:
    made = [new_id(ms) for ms in range(1000)]
    assert made == sorted(made)


@given(st.lists(st.one_of(st.text(), st.integers(-(2**53), 2**53))), st.text())
def test_a_cursor_gives_back_its_keys(keys: list[str | int], question: str) -> None:
    assert paging.decode(paging.encode(keys, question), question) == keys


@given(st.text())
def test_a_damaged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(paging.CursorNotValid):
        paging.decode(cursor, "question")


def test_a_cursor_belongs_to_its_question() -> None:
    cursor = paging.encode(["a"], ("within", "222406"))
    with pytest.raises(paging.CursorNotValid):
        paging.decode(cursor, ("within", "222401"))


def test_the_next_link_keeps_the_question() -> None:
    link = paging.link_next("/v1/areas", "within=222406&after=old&limit=2", "new")
    assert link == '</v1/areas?within=222406&limit=2&after=new>; rel="next"'
