"""What each count means, and how a count becomes an indicator.

Departments are shown beside one another by outcome; people never are: no count here is by worker,
and nothing is sorted by its value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_KIND_NAMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "resident_demand": ("群众诉求哨", "주민 요구 호각", "Resident demand whistles"),
    "key_work": ("重点工作哨", "중점 업무 호각", "Key work whistles"),
    "law_enforcement": ("综合执法哨", "종합 집행 호각", "Law enforcement whistles"),
    "emergency": ("应急处置哨", "긴급 대응 호각", "Emergency whistles"),
    "peace": ("平安哨", "평안 호각", "Peace whistles"),
}
_BY_KIND: Final = "whistles_by_kind"
_FIGURE_BY_KIND: Final[Mapping[str, str]] = {"peace": "44"}


@dataclass(frozen=True, slots=True)
class Count:
    """A count as the store found it.

    Attributes:
        code: Which indicator.
        organisation: Of one department; None for all together.
        kind: Of one kind of whistle; None for all.
        numerator: What was counted.
        denominator: Of how many.
    """

    code: str
    organisation: str | None
    kind: str | None
    numerator: Decimal
    denominator: int


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator says.

    Attributes:
        zh: Name.
        ko: Name.
        en: Name.
        definition: How numerator and denominator are counted, for a reader of Chinese.
        figure: Row of the survey's table it answers.
        is_rate: Whether the value is numerator ÷ denominator, and not the numerator.
    """

    zh: str
    ko: str
    en: str
    definition: str
    figure: str | None = None
    is_rate: bool = False


DEFINITIONS: Final[Mapping[str, Definition]] = {
    "closed_whistles": Definition(
        "办结事项", "처리 완료", "Whistles closed as resolved",
        "分子：由吹哨街道办结（已解决）的哨件数；分母：已吹响的哨件数。", "39",
    ),
    "whistles_by_kind": Definition(
        "哨件数", "호각 건수", "Whistles", "分子：该类哨件数；分母：全部哨件数。",
    ),
    "open_whistles": Definition(
        "在办哨件", "처리 중", "Open whistles", "分子：尚未办结的哨件数；分母：全部哨件数。",
    ),
    "declined_whistles": Definition(
        "未吹响即结", "호각 없이 종결", "Reports closed without a whistle",
        "分子：街道负责人核查后未吹响而结束的上报数；分母：全部哨件数。",
    ),
    "reworked_whistles": Definition(
        "返工哨件", "재처리", "Whistles reworked",
        "分子：核查未通过或评价不满意而返工过的哨件数；分母：已派单的哨件数。",
    ),
    "reported_in": Definition(
        "部门报到", "부서 도착 보고", "Departments reported in",
        "分子：已报到的部门任务数；分母：已派给部门的任务数（一哨多部门分别计）。", "45",
    ),
    "response_rate": Definition(
        "响应率", "응답률", "Response rate",
        "分子：在时限内签收且在时限内报到的部门任务数；分母：已报到或报到（签收）时限已过的部门任务数。",
        is_rate=True,
    ),
    "resolution_rate": Definition(
        "解决率", "해결률", "Resolution rate",
        "分子：最近一次核查（评价）认定已解决的哨件数；分母：已核查过的哨件数。按部门时计该部门参与的哨件。",
        is_rate=True,
    ),
    "satisfaction_rate": Definition(
        "满意率", "만족률", "Satisfaction rate",
        "分子：评价加权和（满意1、基本满意0.8、不满意0）；分母：评价次数。每轮评价均计入。",
        is_rate=True,
    ),
    "overdue_sign": Definition(
        "逾期未签收", "접수 지연", "Not signed in time",
        "分子：签收时限已过仍未签收的部门任务数；分母：尚未完成的部门任务数。",
    ),
    "overdue_arrive": Definition(
        "逾期未报到", "도착 지연", "Not arrived in time",
        "分子：报到时限已过仍未报到的部门任务数；分母：尚未完成的部门任务数。",
    ),
    "overdue_close": Definition(
        "逾期未办结", "처리 지연", "No result in time",
        "分子：办理时限已过仍未提交结果的部门任务数；分母：尚未完成的部门任务数。",
    ),
    "red_cards": Definition(
        "红牌督办", "적색 독촉", "Red cards",
        "分子：曾升级到红牌的部门任务数；分母：已派给部门的任务数。",
    ),
    "assignments_refused": Definition(
        "社区拒绝事项", "사회구역이 거절한 임무", "Assignments refused by communities",
        "分子：社区依理由拒绝的事项数；分母：准入后下派的事项数。",
    ),
    "assignments_done": Definition(
        "社区办结事项", "사회구역이 마친 임무", "Assignments done",
        "分子：社区办结的事项数；分母：准入后下派的事项数。",
    ),
}  # fmt: skip


_TOTALS: Final = (
    *((code, None, None) for code in DEFINITIONS if code != _BY_KIND),
    *((_BY_KIND, None, kind) for kind in _KIND_NAMES),
)
"""Code, organisation and kind of what every board shows, were it 0."""


def indicators(counts: Iterable[Count]) -> list[dict[str, Any]]:
    """Counts with their meaning, in the order of `DEFINITIONS`, totals first, departments by code.

    A rate over nothing has no value: it is neither 0 nor 100 %.
    """
    found = list(counts)
    told = {(count.code, count.kind) for count in found if count.organisation is None}
    # Where nothing is there to count, no row is found; a board still says 0.
    found += [Count(*key, Decimal(0), 0) for key in _TOTALS if (key[0], key[2]) not in told]
    return [_indicator(count) for count in sorted(found, key=_place)]


def _place(count: Count) -> tuple[int, str, int]:
    kind = list(_KIND_NAMES).index(count.kind) if count.kind else 0
    return list(DEFINITIONS).index(count.code), count.organisation or "", kind


def _indicator(count: Count) -> dict[str, Any]:
    definition = DEFINITIONS[count.code]
    zh, ko, en = definition.zh, definition.ko, definition.en
    figure, code = definition.figure, count.code
    if count.kind is not None:
        zh, ko, en = _KIND_NAMES[count.kind]
        figure, code = _FIGURE_BY_KIND.get(count.kind), f"whistles_{count.kind}"
    return {
        "figure": figure,
        "code": code,
        "organisation": count.organisation,
        "name_zh": zh,
        "name_ko": ko,
        "name_en": en,
        "value": _value(count, is_rate=definition.is_rate),
        "unit": "%" if definition.is_rate else "件",
        "numerator": _plain(count.numerator),
        "denominator": count.denominator,
        "definition": definition.definition,
    }


def _value(count: Count, *, is_rate: bool) -> float | int | None:
    if not is_rate:
        return _plain(count.numerator)
    if not count.denominator:
        return None
    return _plain(round(100 * count.numerator / count.denominator, 2))


def _plain(number: Decimal) -> float | int:
    return int(number) if number == int(number) else float(number)
