"""The figures of the survey report that admission answers, each with its definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one figure is.

    Attributes:
        figure: Row of the acceptance list.
        code: Stable word for programs.
        name_zh: What offices call it.
        unit: 项, %, 元 …
        definition: How it is computed, in words.
        top: Count that is the value, or the numerator.
        bottom: Count that is the denominator; empty for a plain count.
        factor: 100 for a percentage.
        where: Count that names the community of a maximum or minimum.
    """

    figure: str
    code: str
    name_zh: str
    unit: str
    definition: str
    top: str
    bottom: str = ""
    factor: int = 1
    where: str = ""


_LISTS = "有事项清单的社区：至少承担一项有效事项的社区"
_CARRIED = (
    "承担事项：准入有效期内的自治、协助、行政、准入、临时、应急事项（含经费逾期亮黄灯的事项）"
)

FIGURES = (
    Figure(
        "10",
        "items_avg",
        "社区平均承担管理服务事项",
        "项",
        f"承担事项总数÷社区数。{_CARRIED}。{_LISTS}",
        "items",
        "communities",
    ),
    Figure(
        "11",
        "items_max",
        "社区承担管理服务事项最多",
        "项",
        f"各社区承担事项数的最大值。{_CARRIED}",
        "items_max",
        where="items_max_in",
    ),
    Figure(
        "12",
        "items_min",
        "社区承担管理服务事项最少",
        "项",
        f"各社区承担事项数的最小值。{_CARRIED}",
        "items_min",
        where="items_min_in",
    ),
    Figure(
        "13",
        "administrative_avg",
        "社区平均承担行政事项",
        "项",
        f"承担的行政事项总数÷社区数。{_LISTS}",
        "administrative",
        "communities",
    ),
    Figure(
        "14",
        "administrative_max",
        "社区承担行政事项最多",
        "项",
        "各社区承担行政事项数的最大值",
        "administrative_max",
        where="administrative_max_in",
    ),
    Figure(
        "15",
        "administrative_min",
        "社区承担行政事项最少",
        "项",
        "各社区承担行政事项数的最小值",
        "administrative_min",
        where="administrative_min_in",
    ),
    Figure(
        "16",
        "policy_documents_above",
        "中央和省出台的社区治理政策文件",
        "份",
        "政策文件库中中央、国家部门和省级文件数",
        "documents_above",
    ),
    Figure(
        "17",
        "policy_documents_prefecture",
        "州出台的社区治理政策文件",
        "份",
        "政策文件库中州级文件数",
        "documents_prefecture",
    ),
    Figure(
        "97",
        "prohibited_certificates",
        "不应由社区出具的证明事项",
        "项",
        "在统计日对本区域有效的禁止出具证明事项数",
        "certificates",
    ),
    Figure(
        "98",
        "certificate_refusals",
        "拒绝出具不合理证明",
        "次",
        "因禁止出具证明被拒绝的任务数（同一社区、单位、任务名称当日计一次）",
        "certificate_refusals",
    ),
    Figure(
        "99",
        "retained_certificates",
        "可由社区出具的证明事项",
        "项",
        "在统计日对本区域有效的可以出具证明事项数",
        "retained_certificates",
    ),
    Figure(
        "100",
        "unapproved_tasks",
        "未经准入下达的任务",
        "次",
        "准入校验拒绝的任务数（同一社区、单位、任务名称和原因当日计一次）",
        "refusals",
    ),
    Figure(
        "101",
        "administrative_avg_burden",
        "全州社区平均承担行政事项",
        "项",
        f"承担的行政事项总数÷社区数。{_LISTS}",
        "administrative",
        "communities",
    ),
    Figure(
        "102",
        "administrative_share",
        "行政事项占全部事项比例",
        "%",
        "承担的行政事项总数÷承担事项总数",
        "administrative",
        "items",
        100,
    ),
    Figure(
        "103",
        "administrative_share_max",
        "行政事项占比最高",
        "%",
        "各社区行政事项数÷该社区承担事项数的最大值",
        "share_max_top",
        "share_max_bottom",
        100,
        "share_max_in",
    ),
    Figure(
        "121",
        "unfunded_task_count",
        "只给任务、不给保障的事项",
        "项",
        "准入有效期内到期经费未足额拨付的事项数",
        "unfunded_items",
    ),
    Figure(
        "121",
        "funding_arrival_rate",
        "经费按期到位率",
        "%",
        "按期拨付金额÷到期应付金额；到期：拨付计划应付日早于统计日；拨款按到期先后冲抵",
        "punctual_fen",
        "due_fen",
        100,
    ),
    Figure(
        "121",
        "average_delay_days",
        "经费平均延迟天数",
        "天",
        "到期各期从应付日到付清日的天数之和÷到期期数；按期计0天，未付清的计至统计日",
        "delay_days",
        "due_parts",
    ),
)


def shape(counts: Mapping[str, Any], *, within: str, as_of: str) -> Iterator[dict[str, Any]]:
    """Each figure with value, parts and definition, ready to be sent.

    A figure whose denominator is 0 has no value: nothing to divide is not zero.

    Args:
        counts: Count name → number, or community code where `where` asks for one.
        within: Area code.
        as_of: RFC 3339 instant.
    """
    for figure in FIGURES:
        top = counts[figure.top]
        bottom = counts[figure.bottom] if figure.bottom else None
        yield {
            "figure": figure.figure,
            "code": figure.code,
            "name_zh": figure.name_zh,
            "value": _value(top, bottom, figure.factor) if figure.bottom else top,
            "unit": figure.unit,
            "numerator": top,
            "denominator": bottom,
            "definition": figure.definition,
            "community": counts[figure.where] if figure.where else None,
            "as_of": as_of,
            "within": within,
        }


def _value(top: int | None, bottom: int | None, factor: int) -> float | None:
    if top is None or not bottom:
        return None
    value = (Decimal(top) * factor / Decimal(bottom)).quantize(_HUNDREDTH, ROUND_HALF_UP)
    return float(value)
