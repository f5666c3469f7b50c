"""Which column holds which field."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain import catalogue as catalogues
from services.registry.domain.catalogue import Catalogue
from services.registry.domain.imports import columns
from services.registry.domain.imports.columns import Column, Ignored
from services.registry.store import reference
from services.registry.store.imports import reference as import_reference

TABLE = Path(reference.__file__).parent.parent / "reference" / "fields.csv"
CATALOGUE = Catalogue(
    catalogues.fields_from(csv.DictReader(StringIO(TABLE.read_text("utf-8")))),
    reference.code_sets(),
)
HEADINGS = import_reference.load(CATALOGUE).headings


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", "name"),
        ("业主姓名", "name"),
        ("患者姓名", "name"),
        ("身份证号", "document"),
        ("公民身份号码", "document"),
        ("* 证件号码(18位)", "document"),
        ("联 系 电 话", "phone"),
        ("手机号码", "phone"),
        ("出生日期(年/月/日)", "born_on"),
        ("性别", "sex"),
        ("现住址", "dwelling"),
        ("房屋坐落", "dwelling"),
        ("慢性病", "chronic_disease"),
        ("签约医生", "family_doctor"),
        ("房屋性质", "property_kind"),
        ("建筑面积(平方米)", "floor_area_m2"),
        ("建筑面积（㎡）", "floor_area_m2"),
        ("是否出租", "rented_out"),
        ("更新日期", "observed_on"),
        ("登记日期", "observed_on"),
        ("만성병", "chronic_disease"),
        ("Telephone", "phone"),
        ("序号", None),
        ("户主姓名", None),
        ("", None),
        ("()", None),
    ],
)
def test_offices_headings_are_recognised(heading: str, field: str | None) -> None:
    assert HEADINGS.known(heading) == field


def test_every_field_is_recognised_by_its_own_labels() -> None:
    for field in CATALOGUE.values():
        for label in (field.code, field.name_zh, field.name_ko, field.name_en):
            assert HEADINGS.known(label) == field.code, label


def test_every_synonym_means_one_field() -> None:
    table = Path(reference.__file__).parent.parent / "reference" / "import_headings.csv"
    seen: dict[str, str] = {}
    for row in csv.DictReader(StringIO(table.read_text("utf-8"))):
        assert row["field"] == columns.OBSERVED_ON or row["field"] in CATALOGUE
        for word in row["headings"].split():
            assert seen.setdefault(columns.tidy(word), row["field"]) == row["field"]
            assert HEADINGS.known(word) == row["field"], word


def test_the_heading_row_is_found_below_a_title() -> None:
    rows = [
        ["和龙市房产登记信息表", "", ""],
        ["填报单位:住建局", "", "2026年11月"],
        ["业主姓名", "证件号码", "房屋性质"],
        ["金哲洙", "229999198501010011", "商品房"],
    ]
    layout = HEADINGS.layout(rows, "housing")
    assert layout is not None
    assert layout.header_row == 2
    assert layout.columns == (
        Column(0, "业主姓名", "name"),
        Column(1, "证件号码", "document"),
        Column(2, "房屋性质", "property_kind"),
    )


def test_other_domains_fields_are_reported_as_ignored() -> None:
    row = ["序号", "姓名", "身份证号", "慢性病", "房屋性质", "现住址", "民族", "联系电话"]
    layout = HEADINGS.layout([row], "housing")
    assert layout is not None
    assert [c.field for c in layout.columns] == ["name", "document", "property_kind", "phone"]
    assert layout.ignored == (
        Ignored("序号", columns.UNKNOWN_HEADING),
        Ignored("慢性病", columns.NOT_YOUR_FIELD, "chronic_disease"),
        Ignored("现住址", columns.NOT_IMPORTABLE, "dwelling"),
        Ignored("民族", columns.NOT_YOUR_FIELD, "ethnic"),
    )


def test_a_mapping_goes_before_the_synonyms() -> None:
    row = ["本人", "号码", "房屋性质", "性质二"]
    assert HEADINGS.layout([row], "housing") is None
    mapping = {"本人": "name", "号码": "document", "性质二": "property_kind"}
    layout = HEADINGS.layout([row], "housing", mapping)
    assert layout is not None
    assert layout.columns == (
        Column(0, "本人", "name"),
        Column(1, "号码", "document"),
        Column(3, "性质二", "property_kind"),
    )
    assert layout.ignored == (Ignored("房屋性质", columns.DOUBLE, "property_kind"),)


def test_the_fields_own_label_wins_over_a_synonym() -> None:
    layout = HEADINGS.layout([["车主姓名", "姓名", "身份证号"]], "transport")
    assert layout is not None
    assert [c.heading for c in layout.columns] == ["姓名", "身份证号"]


def test_without_an_identity_number_there_is_no_heading_row() -> None:
    assert HEADINGS.layout([["姓名", "性别", "房屋性质"]], "housing") is None
    assert HEADINGS.layout([["身份证号"]], "housing") is None
    assert HEADINGS.layout([], "housing") is None


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=5))
def test_no_sheet_breaks_the_recognition(rows: list[list[str]]) -> None:
    layout = HEADINGS.layout(rows, "housing")
    assert layout is None or columns.DOCUMENT in layout.fields


@settings(deadline=None)
@given(st.text(st.characters(codec="gb2312"), max_size=30))
def test_tidying_twice_changes_nothing(heading: str) -> None:
    once = columns.tidy(heading)
    assert columns.tidy(once) == once


@pytest.mark.parametrize(
    "heading", ["警务网格", "卫生网格编号", "网格编码", "所属网格", "망격 번호", "Grid code"]
)
def test_grids_of_a_departments_own_are_refused_by_name(heading: str) -> None:
    layout = HEADINGS.layout([["姓名", "身份证号", "慢性病", heading]], "health")
    assert layout is not None
    assert layout.ignored == (Ignored(heading, "own-grid-layer-refused", None),)
