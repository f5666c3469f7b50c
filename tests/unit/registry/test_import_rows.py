"""What one row of a department's sheet says."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.registry.domain import id_numbers
from services.registry.domain.imports.rows import Fault, ImportRow, RowRead, RowReader
from services.registry.store.imports import reference as import_reference
from tests.unit.registry.test_import_columns import CATALOGUE

REFERENCE = import_reference.load(CATALOGUE)
TODAY = date(2026, 11, 24)
HOUSING = [
    "业主姓名",
    "证件号码",
    "性别",
    "出生日期",
    "联系电话",
    "房屋性质",
    "建筑面积",
    "是否出租",
    "登记日期",
]
HEALTH = ["姓名", "身份证号", "慢性病", "签约医生", "更新日期"]


def id_number(first_17: str) -> str:
    return first_17 + id_numbers.check_character(first_17)


MAN = id_number("22999919850101001")
OLD = "229999850101001"


def reader(headings: Sequence[str] = HOUSING, domain: str = "housing") -> RowReader:
    layout = REFERENCE.headings.layout([headings], domain)
    assert layout is not None
    return RowReader(layout, CATALOGUE, REFERENCE.code_sets, domain=domain, today=TODAY)


def housing(**changed: str) -> list[str]:
    row = dict(
        zip(
            HOUSING,
            ["金哲洙", MAN, "男", "1985/1/1", "13812345678", "商品房", "88.5", "否", "2024/3/5"],
            strict=True,
        )
    )
    return list((row | changed).values())


def refused(number: int, *faults: Fault) -> RowRead:
    return RowRead(number, None, faults)


def test_a_good_row_is_read_whole() -> None:
    values: dict[str, Any] = {
        "sex": "1",
        "born_on": "1985-01-01",
        "phone": "13812345678",
        "property_kind": "commercial",
        "floor_area_m2": 88.5,
        "rented_out": False,
    }
    row = ImportRow(2, MAN, date(1985, 1, 1), "1", "金哲洙", date(2024, 3, 5), values)
    assert reader().read(2, housing()) == RowRead(2, row)


@pytest.mark.parametrize(
    "typed", [MAN.lower(), f" {MAN}　", OLD, "２２９９９９８５０１０１００１", f"'{MAN}"]
)
def test_an_identity_number_is_put_right(typed: str) -> None:
    read = reader().read(2, housing(证件号码=typed))
    assert read is not None
    assert read.row is not None
    assert read.row.document == MAN


def test_names_are_normalised() -> None:
    read = reader().read(2, housing(业主姓名="　金 哲 洙 "))
    assert read is not None
    assert read.row is not None
    assert read.row.name == "金哲洙"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id-missing"),
        ("/", "id-missing"),
        ("2.29999E+17", "id-digits-lost"),
        ("2.29999198501010E+17", "id-digits-lost"),
        ("229999198501011000", "id-digits-lost"),
        (MAN[:-1], "id-number-length-wrong"),
        (MAN[:-1] + ("1" if MAN[-1] != "1" else "2"), "id-number-check-digit-wrong"),
        ("22999919850230001X", "id-number-date-impossible"),
        ("A2999919850101001X", "id-number-characters-wrong"),
    ],
)
def test_a_row_without_a_person_is_refused_and_says_why(typed: str, code: str) -> None:
    read = reader().read(2, housing(证件号码=typed))
    assert read is not None
    assert read.row is None
    assert [fault.code for fault in read.faults] == [code]
    assert read.faults[0].heading == "证件号码"
    assert not typed or len(typed) < 3 or typed not in read.faults[0].reason


def test_every_fault_of_a_row_is_told_at_once() -> None:
    row = housing(房屋性质="小产权", 建筑面积="约90", 是否出租="不知", 登记日期="2027-01-01")
    assert reader().read(7, row) == refused(
        7,
        Fault("登记日期", "date-in-future", "日期晚于今天"),
        Fault("房屋性质", "code-unknown", "不在可选值内,可填:商品房、房改房、回迁房、经济适用房"),
        Fault("建筑面积", "number-not-understood", "请填数字"),
        Fault("是否出租", "boolean-not-understood", "请填“是”或“否”"),
    )


def test_values_of_another_person_are_noticed() -> None:
    row = housing(性别="女", 出生日期="1985-01-02")
    assert reader().read(3, row) == refused(
        3,
        Fault("性别", "sex-differs", "与身份证号不符(身份证号为男)"),
        Fault("出生日期", "born-on-differs", "与身份证号不符"),
    )


def test_an_unstated_sex_contradicts_nothing() -> None:
    read = reader().read(3, housing(性别="未说明的性别"))
    assert read is not None
    assert read.row is not None


def test_a_foreign_departments_phone_is_left_out_with_a_remark() -> None:
    read = reader().read(3, housing(联系电话="同前"))
    assert read is not None
    assert read.row is not None
    assert "phone" not in read.row.values
    reason = "电话号码有误,应为11位手机号或带区号的固定电话"
    assert read.faults == (Fault("联系电话", "phone-not-valid", reason, is_warning=True),)


def test_the_owners_own_phone_must_be_right() -> None:
    police = reader(["姓名", "身份证号", "联系电话"], "public_security")
    read = police.read(3, ["金哲洙", MAN, "同前"])
    assert read is not None
    assert read.row is None


def test_empty_cells_say_nothing() -> None:
    row = housing(
        性别="", 出生日期="", 联系电话="无", 房屋性质="/", 建筑面积="", 是否出租="", 登记日期=""
    )
    assert reader().read(2, row) == RowRead(
        2, ImportRow(2, MAN, date(1985, 1, 1), "1", "金哲洙", None, {})
    )


def test_a_short_row_lacks_its_last_cells() -> None:
    read = reader().read(2, ["金哲洙", MAN])
    assert read is not None
    assert read.row is not None
    assert read.row.values == {}


def test_of_several_codes_the_first_is_kept_and_told() -> None:
    read = reader(HEALTH, "health").read(4, ["金哲洙", MAN, "高血压、糖尿病", "李明哲", "20240305"])
    assert read is not None
    assert read.row is not None
    assert read.row.values == {"chronic_disease": "hypertension", "family_doctor": "李明哲"}
    reason = "填了多个值,只登记了第一个:高血压"
    assert read.faults == (Fault("慢性病", "only-first-kept", reason, is_warning=True),)


def test_no_disease_is_no_statement() -> None:
    read = reader(HEALTH, "health").read(4, ["金哲洙", MAN, "无", "无", "20240305"])
    assert read is not None
    assert read.row is not None
    assert read.row.values == {}


@pytest.mark.parametrize(
    "row",
    [
        [],
        ["", "", " "],
        ["合计", "", "", "", "", "120"],
        ["填表人:李明哲", ""],
        HOUSING,
        ["", " * 证件号码 "],
    ],
)
def test_rows_that_hold_no_person_are_passed_over(row: list[str]) -> None:
    assert reader().read(9, row) is None


def test_a_cell_longer_than_a_cell_is_refused() -> None:
    read = reader(HEALTH, "health").read(4, ["金哲洙", MAN, "", "医" * 1001])
    assert read == refused(4, Fault("签约医生", "cell-too-long", "内容超过1000个字符"))


def test_control_characters_are_refused() -> None:
    read = reader(HEALTH, "health").read(4, ["金哲洙", MAN, "", "李\x07明"])
    assert read == refused(4, Fault("签约医生", "text-not-valid", "内容不符合要求"))
