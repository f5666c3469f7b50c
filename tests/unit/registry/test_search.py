"""Keys of names, and what a question needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import search

HANZI = st.text(st.sampled_from("金李朴崔王明哲洙子花"), min_size=1, max_size=4)
HANGUL = st.text(st.sampled_from("김이박철수명자"), min_size=1, max_size=4)


def finds(text: str, keys: tuple[str, ...]) -> bool:
    return any(set(alternative) <= set(keys) for alternative in search.query_keys(text))


@given(HANZI, HANGUL)
def test_every_beginning_of_a_name_finds_it(name: str, name_ko: str) -> None:
    keys = search.keys_of(name, name_ko, None)
    for whole in (name, name_ko):
        for end in range(1, len(whole) + 1):
            assert finds(whole[:end], keys)


@pytest.mark.parametrize(
    "text", ["jin", "jin zhe", "JINZHE", "jinzhezhu", "jzz", "j z z", "ㄱㅊㅅ", "ㄱ", "金", "김철"]
)
def test_pinyin_and_initials_find_a_name(text: str) -> None:
    assert finds(text, search.keys_of("金哲洙", "김철수", "jin zhe zhu"))


@pytest.mark.parametrize("text", ["哲洙", "철수"])
def test_two_characters_find_a_name_wherever_they_stand(text: str) -> None:
    assert finds(text, search.keys_of("金哲洙", "김철수", "jin zhe zhu"))


@pytest.mark.parametrize("text", ["洙", "수", "zhe", "zz", "ㅊㅅ", "金洙", "jinzhezhua"])
def test_other_middles_do_not(text: str) -> None:
    assert not finds(text, search.keys_of("金哲洙", "김철수", "jin zhe zhu"))


def test_a_name_without_letters_asks_for_nothing() -> None:
    assert search.query_keys("") == ()
    assert search.query_keys("  ") == ()


def test_keys_do_not_repeat() -> None:
    keys = search.keys_of("金金", None, "jin jin")
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("name", "is_specific"),
    [
        ("金", False),
        ("金哲", True),
        ("김철", True),
        ("ji", False),
        ("jzz", True),
        ("ㄱㅊ", False),
        ("ㄱㅊㅅ", True),
        ("", False),
    ],
)
def test_a_name_is_specific_from_two_characters_or_three_initials_on(
    name: str, *, is_specific: bool
) -> None:
    assert search.is_specific(name) is is_specific
