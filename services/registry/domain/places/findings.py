"""What is wrong with areas and records, by which rule, and where that rule comes from.

A finding names an area and a number, never a person. Nothing is corrected by itself: contradictions
of the survey report are shown, as its readers shall see them.
"""

from dataclasses import dataclass
from typing import Any, Final

from services.registry.domain.indicators import FEWEST_HOUSEHOLDS, MOST_HOUSEHOLDS

COMMUNITY_FEWEST: Final = 100
COMMUNITY_MOST: Final = 700

_SURVEY: Final = "调研报告 一(三)：每300—500户划分1个网格，每个网格设立1个网格长"
_HEADS: Final = "调研报告 一(三)：1404个网格，网格长1144人"
_ORGANIC_LAW: Final = "城市居民委员会组织法第六条：一般在100户至700户的范围内设立"
_BOUNDARY: Final = "GB/T 31000-2015 网格：边界信息"
_ONE_SET: Final = "滨州市社会治理网格化服务管理条例第六条：统一划分网格"
_RECORD: Final = "GB/T 31000-2015 实有人口、实有房屋"


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding.

    Attributes:
        zh: Chinese title.
        ko: Korean title.
        en: English title.
        unit: Of the measured value.
        source: Where the rule comes from, in Chinese.
        least: Smallest value that is no finding.
        most: Greatest value that is no finding.
    """

    zh: str
    ko: str
    en: str
    unit: str
    source: str
    least: float | None = None
    most: float | None = None


RULES: Final[dict[str, Rule]] = {
    "grid_below_households": Rule(
        "网格不足300户", "300세대 미만 격자", "Grid below 300 households", "户", _SURVEY,
        least=FEWEST_HOUSEHOLDS,
    ),
    "grid_above_households": Rule(
        "网格超过500户", "500세대 초과 격자", "Grid above 500 households", "户", _SURVEY,
        most=MOST_HOUSEHOLDS,
    ),
    "grid_without_head": Rule(
        "网格没有网格长", "격자장이 없는 격자", "Grid without a head", "人", _SURVEY, least=1
    ),
    "grid_without_worker": Rule(
        "网格没有网格员", "격자원이 없는 격자", "Grid without a worker", "人", _SURVEY, least=1
    ),
    "heads_fewer_than_grids": Rule(
        "网格长少于网格", "격자장이 격자보다 적음", "Fewer grid heads than grids", "人", _HEADS
    ),
    "community_below_households": Rule(
        "社区不足100户", "100세대 미만 사회구역", "Community below 100 households", "户",
        _ORGANIC_LAW, least=COMMUNITY_FEWEST,
    ),
    "community_above_households": Rule(
        "社区超过700户", "700세대 초과 사회구역", "Community above 700 households", "户",
        _ORGANIC_LAW, most=COMMUNITY_MOST,
    ),
    "community_without_grids": Rule(
        "城市社区未划分网格", "격자가 없는 도시 사회구역", "Urban community without grids", "个",
        _ONE_SET, least=1,
    ),
    "grid_without_boundary": Rule(
        "网格没有边界", "경계가 없는 격자", "Grid without a boundary", "个", _BOUNDARY, least=1
    ),
    "boundary_overlaps": Rule(
        "边界与相邻区域重叠", "경계가 겹침", "Boundary overlaps a neighbour", "%", _BOUNDARY,
        most=0.1,
    ),
    "boundary_outside_parent": Rule(
        "边界超出上级区域", "경계가 상급 구역 밖", "Boundary outside its parent", "%", _BOUNDARY,
        most=1,
    ),
    "household_without_members": Rule(
        "户内无人", "식구가 없는 세대", "Households without members", "户", _RECORD, most=0
    ),
    "household_without_head": Rule(
        "户无户主", "세대주가 없는 세대", "Households without a living head", "户", _RECORD, most=0
    ),
    "household_at_ended_place": Rule(
        "户所在房屋未登记或已失效", "무효한 주택의 세대", "Households at no valid dwelling", "户",
        _RECORD, most=0,
    ),
    "resident_without_dwelling": Rule(
        "居民未落到房屋", "주택이 없는 주민", "Residents without a dwelling", "人", _RECORD, most=0
    ),
    "resident_without_household": Rule(
        "居民未落户", "세대가 없는 주민", "Residents without a household", "人", _RECORD, most=0
    ),
    "resident_without_document": Rule(
        "居民无证件", "증명서가 없는 주민", "Residents without a document", "人", _RECORD, most=0
    ),
    "dwelling_without_building": Rule(
        "房屋无楼栋", "동이 없는 주택", "Dwellings without a building", "套", _RECORD, most=0
    ),
}  # fmt: skip
"""Kind → its rule."""


def view(kind: str, area: dict[str, Any], measured: float, other: str) -> dict[str, Any]:
    """A finding as it is told.

    Args:
        kind: Of the finding.
        area: `code`, `level` and `name`.
        measured: The value; grids to which heads are compared are in `other`.
        other: The neighbour, or the number to compare with.
    """
    rule = RULES[kind]
    least: float | None = rule.least
    if kind == "heads_fewer_than_grids":
        least, other = int(other), ""
    return {
        "kind": kind,
        "title": rule.zh,
        "area": area,
        "other": other or None,
        "measured": round(measured, 2),
        "unit": rule.unit,
        "limit": {"least": least, "most": rule.most},
        "source": rule.source,
    }


def summary(counts: dict[str, tuple[int, float]]) -> list[dict[str, Any]]:
    """How many findings of each kind there are, and what they add up to; none is told as nought."""
    told = []
    for kind, rule in RULES.items():
        number, total = counts.get(kind, (0, 0))
        told.append(
            {
                "kind": kind,
                "title_zh": rule.zh,
                "title_ko": rule.ko,
                "title_en": rule.en,
                "areas": number,
                "measured": round(total, 2),
                "unit": rule.unit,
                "limit": {"least": rule.least, "most": rule.most},
                "source": rule.source,
            }
        )
    return told
