"""Names: one stored form, keys for searching."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain import names
from services.registry.use_cases import romanise

chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=5)
hangul = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" 金 哲 洙 ", "金哲洙"),
        ("金\u3000哲洙", "金哲洙"),
        ("\ufeff王　芳\t", "王芳"),
        (unicodedata.normalize("NFD", "김철수"), "김철수"),
        ("김 철수", "김철수"),
        ("Kim  Chol  Su", "Kim Chol Su"),
        ("ＫＩＭ", "KIM"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_what_people_type_gets_one_form(typed: str, stored: str) -> None:
    assert names.normalise(typed) == stored


@given(chinese, st.integers(0, 4))
def test_blanks_inside_a_chinese_name_change_nothing(name: str, place: int) -> None:
    assert names.normalise(name[:place] + "　" + name[place:]) == names.normalise(name)


@given(hangul)
def test_taken_apart_hangul_is_put_together(name: str) -> None:
    assert names.normalise(unicodedata.normalize("NFD", name)) == name


@given(st.text(st.characters(categories=["L", "N", "Zs"]), max_size=12))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = names.normalise(text)
    assert names.normalise(once) == once


def test_grams_of_a_name() -> None:
    assert names.bigrams("金哲洙") == ("金哲", "哲洙")
    assert names.bigrams("金") == ("金",)
    assert names.bigrams("") == ()
    assert names.index_grams("金哲洙") == ("^金", "金哲", "哲洙")
    assert names.query_grams("金哲") == ("金哲",)
    assert names.query_grams("金") == ("^金",)
    assert names.query_grams(" ") == names.index_grams(" ") == ()


@given(st.one_of(chinese, hangul), st.integers(1, 5))
def test_every_beginning_of_a_name_finds_it(name: str, length: int) -> None:
    assert set(names.query_grams(name[:length])) <= set(names.index_grams(name))


@given(st.one_of(chinese, hangul), st.data())
def test_two_neighbours_anywhere_in_a_name_find_it(name: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, max(0, len(name) - 2)))
    part = name[first : first + 2]
    assert (set(names.query_grams(part)) <= set(names.index_grams(name))) or len(part) < 2


def test_pinyin_keys_have_neither_tones_nor_case() -> None:
    assert names.pinyin_key(["Lǚ", " zhé", ""]) == "lv zhe"
    assert names.initials("piao zhe zhu") == "pzz"
    assert names.initials("") == ""


def test_hangul_is_found_by_its_initial_consonants() -> None:
    assert names.hangul_initials("김철수") == "ㄱㅊㅅ"
    assert names.hangul_initials("리A") == "ㄹA"


def test_a_masked_name_shows_the_surname() -> None:
    assert names.mask("金哲洙") == "金**"
    assert names.mask("") == ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("金哲洙", "jin zhe zhu"),
        ("朴 玉顺", "piao yu shun"),
        ("单丹", "shan dan"),
        ("吕翠兰", "lv cui lan"),
        ("尉迟恭", "yu chi gong"),
        ("万俟明", "mo qi ming"),
        ("尉迟", "yu chi"),
        ("朴", "pu"),
        ("王长山", "wang chang shan"),
        ("崔成镐", "cui cheng hao"),
        ("Kim Chol Su", "kim chol su"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti"),
        ("", ""),
    ],
)
def test_chinese_names_are_read_aloud(name: str, key: str) -> None:
    assert romanise.romanise(name) == key


@settings(deadline=None)  # the first reading loads the dictionary
@given(st.text(max_size=8))
def test_no_name_breaks_the_reader(name: str) -> None:
    key = romanise.romanise(name)
    assert key == key.strip()
    assert len(names.initials(key)) == len(key.split())
