"""What the cells of an office's sheet say."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.catalogue import Catalogue
from services.registry.domain.imports import cells as values
from services.registry.domain.imports.cells import CellWrong
from services.registry.store.imports import reference as import_reference

SETS = import_reference.load(Catalogue((), {})).code_sets

days = st.dates(date(1910, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        "2024/3/5",
        "2024-03-05",
        "2024-3-5",
        "2024.3.5",
        "2024年3月5日",
        "2024年03月05日",
        "2024 年 3 月 5 日",
        "20240305",
        "20240305.0",
        "45356",
        "45356.25",
        "2024-03-05 00:00:00",
        "2024-03-05T08:30:00Z",
        "2024/3/5 8:30",
    ],
)
def test_dates_are_read_as_offices_write_them(written: str) -> None:
    assert values.read_date(written) == "2024-03-05"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2024-02-30", "date-impossible"),
        ("20241301", "date-impossible"),
        ("3/5/2024", "date-not-understood"),
        ("24/3/5", "date-not-understood"),
        ("2024年3月", "date-not-understood"),
        ("去年", "date-not-understood"),
        ("12", "date-not-understood"),
        ("99999", "date-not-understood"),
        ("0", "date-not-understood"),
    ],
)
def test_a_date_that_can_be_confused_is_refused(written: str, code: str) -> None:
    with pytest.raises(CellWrong) as caught:
        values.read_date(written)
    assert caught.value.code == code


@settings(deadline=None)
@given(days)
def test_each_way_of_writing_a_day_gives_the_same_day(day: date) -> None:
    ways = [
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        day.isoformat(),
        str((day - date(1899, 12, 30)).days),
    ]
    assert {values.read_date(way) for way in ways} == {day.isoformat()}


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_date_is_read_or_refused_never_invented(text: str) -> None:
    try:
        read = date.fromisoformat(values.read_date(text))
    except CellWrong:
        return
    digits = "".join(c for c in text if c.isdigit())
    assert str(read.year) in text or digits.startswith(str((read - date(1899, 12, 30)).days))


def test_excel_day_60_is_never_met() -> None:
    assert values.read_date("18264") == "1950-01-01"
    assert values.read_date("3654") == (date(1899, 12, 30) + timedelta(days=3654)).isoformat()


@pytest.mark.parametrize(
    ("code_set", "text", "code"),
    [
        ("sex", "男", "1"),
        ("sex", "男性", "1"),
        ("sex", "2", "2"),
        ("ethnic_group", "朝鲜", "10"),
        ("ethnic_group", "朝鲜族", "10"),
        ("ethnic_group", "汉", "01"),
        ("chronic_disease", "高血压", "hypertension"),
        ("chronic_disease", "Hypertension", "hypertension"),
        ("property_kind", "商品住宅", "commercial"),
        ("property_kind", "商 品 房", "commercial"),
        ("property_kind", "商品房(二手)", "commercial"),
        ("residency", "流动人口", "migrant"),
        ("residency", "户籍常住(人户一致)", "registered"),
        ("disability", "视力残疾", "visual"),
        ("education_level", "本科", "20"),
        ("driver_licence", "c1", "C1"),
        ("family_relation", "户主", "0"),
    ],
)
def test_codes_are_read_by_code_label_or_usual_word(code_set: str, text: str, code: str) -> None:
    assert values.read_code(text, SETS[code_set]) == code


def test_an_unknown_code_says_what_may_be_written() -> None:
    with pytest.raises(CellWrong) as caught:
        values.read_code("小产权", SETS["property_kind"])
    assert caught.value.reason == "不在可选值内,可填:商品房、房改房、回迁房、经济适用房"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("rented_out", "是", True),
        ("rented_out", "否", False),
        ("rented_out", "有", True),
        ("rented_out", "无", False),
        ("rented_out", "已出租", True),
        ("rented_out", "自住", False),
        ("volunteer", "√", True),
        ("volunteer", "Y", True),
        ("volunteer", "1", True),
        ("volunteer", "0", False),
    ],
)
def test_yes_and_no(field: str, text: str, value: bool) -> None:  # noqa: FBT001 — a table of cases
    assert values.read_boolean(text, field) is value


def test_yes_and_no_are_not_guessed() -> None:
    with pytest.raises(CellWrong):
        values.read_boolean("已出租", "volunteer")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("88.5", 88.5),
        ("88.5㎡", 88.5),
        ("88.50 平方米", 88.5),
        ("1,088.123", 1088.12),
        ("90", 90.0),
    ],
)
def test_areas_carry_their_unit_or_not(text: str, value: float) -> None:
    assert values.read_decimal(values.clean(text)) == value


@pytest.mark.parametrize("text", ["约90", "-1", "1,2", "1e5", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(CellWrong):
        values.read_decimal(text)


def test_whole_numbers() -> None:
    assert values.read_integer("2个") == 2
    for text in ("1.5", "-1", "99999999999"):
        with pytest.raises(CellWrong):
            values.read_integer(text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13812345678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("13812345678.0", "13812345678"),
        ("0433-2512345", "04332512345"),
        ("(0433)2512345", "04332512345"),
    ],
)
def test_telephones_have_one_form(text: str, phone: str) -> None:
    assert values.read_phone(text) == phone


@pytest.mark.parametrize("text", ["1381234567", "2512345", "无", "138123456789", "同上"])
def test_what_is_no_telephone_is_refused(text: str) -> None:
    with pytest.raises(CellWrong):
        values.read_phone(text)


def test_cells_are_cleaned() -> None:
    assert values.clean("　 １３８Ａ　") == "138A"
    assert values.clean("\u200b金 哲\ufeff") == "金 哲"
    assert values.clean(" plain ") == "plain"
    with pytest.raises(CellWrong):
        values.clean("长" * 1001)


def test_dashes_are_blank() -> None:
    assert all(map(values.is_blank, ["", "/", "-", "——", "N/A"]))
    assert not values.is_blank("无")


@pytest.mark.parametrize("text", ["2.29999E+17", "2.29999198501011e+17", "2.29999198501010E17"])
def test_a_spreadsheet_that_lost_digits_is_caught(text: str) -> None:
    assert values.lost_digits(text)


def test_whole_numbers_lost_nothing() -> None:
    assert not values.lost_digits("229999198501010011")
    assert not values.lost_digits("22999919850101001X")
