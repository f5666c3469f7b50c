"""Figures of an area that the survey report left blank, each with the way it is computed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from services.registry.domain.organisations import DOMAINS

FEWEST_HOUSEHOLDS: Final = 300
MOST_HOUSEHOLDS: Final = 500
"""A grid has 300 to 500 households (survey report, 一(三))."""
READ_WITHIN_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted in an area.

    Attributes:
        as_of: When the oldest of the counts was made.
        urban_communities: Valid urban communities.
        grids: Valid grids.
        grid_communities: Communities that have grids.
        households: Present ones.
        residents: Living ones.
        small_grids: Grids with too few households, code and count.
        large_grids: Grids with too many.
        from_one_domain: Residents with facts for at least one domain.
        from_two_domains: Residents with facts for at least two domains.
        reading_domains: Domains whose organisations read the record lately.
        matched: Rows of imports that met a resident who was there already.
        duplicates: Rows of imports that repeated another row of their file.
        rows: Rows of imports that were carried out.
    """

    as_of: datetime
    urban_communities: int
    grids: int
    grid_communities: int
    households: int
    residents: int
    small_grids: Sequence[tuple[str, int]]
    large_grids: Sequence[tuple[str, int]]
    from_one_domain: int
    from_two_domains: int
    reading_domains: Sequence[str]
    matched: int
    duplicates: int
    rows: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: what it is, from what, and how.

    Attributes:
        figure: Number of the row in the survey report's list of figures.
        code: Stable name.
        name_zh: Chinese label.
        name_ko: Korean label.
        name_en: English label.
        value: None when the denominator is nought.
        unit: Of the value.
        numerator: What is counted or divided.
        denominator: What it is divided by; None for a count.
        definition: How it is computed, in Chinese.
        definition_en: The same in English.
        details: Rows behind it, where somebody has to look at them.
    """

    figure: str
    code: str
    name_zh: str
    name_ko: str
    name_en: str
    value: float | int | None
    unit: str
    numerator: int | None
    denominator: int | None
    definition: str
    definition_en: str
    details: list[dict[str, Any]] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Label:
    figure: str
    code: str
    zh: str
    ko: str
    en: str
    definition: str
    definition_en: str


_URBAN = _Label(
    "3", "urban_communities", "城市社区总数", "도시 사회구역 수", "Urban communities",
    "区划内标记为城市且现行有效的社区数。",
    "Communities of the area that are marked urban and valid today.",
)  # fmt: skip
_GRIDS = _Label(
    "21", "grids", "网格数", "격자 수", "Grids",
    "区划内现行有效的网格数。", "Grids of the area that are valid today.",
)  # fmt: skip
_PER_COMMUNITY = _Label(
    "21", "grids_per_community", "平均每个社区网格数", "사회구역당 평균 격자 수",
    "Grids per community",
    "网格数 ÷ 已划分网格的社区数。", "Grids divided by communities that have grids.",
)  # fmt: skip
_PER_GRID = _Label(
    "22", "households_per_grid", "平均每网格户数", "격자당 평균 세대 수", "Households per grid",
    "现住户数 ÷ 网格数。", "Present households divided by grids.",
)  # fmt: skip
_SMALL = _Label(
    "22", "grids_below_norm", "少于300户的网格", "300세대 미만 격자", "Grids below 300 households",
    "户数少于300的网格数 ÷ 网格数；明细列出网格及户数。",
    "Grids with fewer than 300 households, of all grids; details list them.",
)  # fmt: skip
_LARGE = _Label(
    "22", "grids_above_norm", "多于500户的网格", "500세대 초과 격자", "Grids above 500 households",
    "户数多于500的网格数 ÷ 网格数；明细列出网格及户数。",
    "Grids with more than 500 households, of all grids; details list them.",
)  # fmt: skip
_RESIDENTS = _Label(
    "53", "residents_per_grid", "平均每网格服务人数", "격자당 평균 주민 수", "Residents per grid",
    "登记的在世居民数 ÷ 网格数。", "Living residents on record divided by grids.",
)  # fmt: skip
_READERS = _Label(
    "125", "domains_reading", "共用同一记录的领域数", "같은 기록을 쓰는 분야 수",
    "Domains reading the one record",
    "近30日内其部门读取过区划内居民记录的领域数 ÷ 九个领域。",
    "Domains whose departments read a resident of the counties concerned in the last 30 days, "
    "of the nine.",
)  # fmt: skip
_BLOCKED = _Label(
    "126", "duplicate_collection_blocked", "拦截的重复采集", "막은 중복 수집",
    "Duplicate collection blocked",
    "已完成的导入中与在册居民匹配或在文件内重复的行数 ÷ 全部导入行数。",
    "Rows of finished imports that met a resident on record or repeated a row, of all their rows.",
)  # fmt: skip
_ONE_DOMAIN = _Label(
    "151", "residents_from_one_domain", "有部门事实的居民占比", "분야 사실이 있는 주민 비률",
    "Residents with facts of a domain",
    "至少有一个领域事实的居民数 ÷ 居民数。",
    "Residents with facts of at least one domain, of all residents.",
)  # fmt: skip
_TWO_DOMAINS = _Label(
    "151", "residents_from_two_domains", "有多部门事实的居民占比",
    "여러 분야 사실이 있는 주민 비률", "Residents with facts of several domains",
    "至少有两个领域事实的居民数 ÷ 居民数。",
    "Residents with facts of at least two domains, of all residents.",
)  # fmt: skip


def indicators_of(numbers: Numbers) -> list[Indicator]:
    """All figures of an area."""
    n = numbers
    return [
        _count(_URBAN, n.urban_communities, "个"),
        _count(_GRIDS, n.grids, "个"),
        _ratio(_PER_COMMUNITY, n.grids, n.grid_communities, "个/社区"),
        _ratio(_PER_GRID, n.households, n.grids, "户/网格"),
        _share(_SMALL, len(n.small_grids), n.grids, _grids(n.small_grids)),
        _share(_LARGE, len(n.large_grids), n.grids, _grids(n.large_grids)),
        _ratio(_RESIDENTS, n.residents, n.grids, "人/网格"),
        _share(
            _READERS,
            len(n.reading_domains),
            len(DOMAINS),
            [{"domain": d} for d in n.reading_domains],
        ),
        _share(_BLOCKED, n.matched + n.duplicates, n.rows),
        _share(_ONE_DOMAIN, n.from_one_domain, n.residents),
        _share(_TWO_DOMAINS, n.from_two_domains, n.residents),
    ]


def _grids(listed: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"grid": grid, "households": households} for grid, households in listed]


def _domains(listed: Sequence[str]) -> list[dict[str, Any]]:
    return [{"domain": domain} for domain in listed]


def _count(label: _Label, number: int, unit: str) -> Indicator:
    return _indicator(label, number, unit, (number, None))


def _ratio(label: _Label, numerator: int, denominator: int, unit: str) -> Indicator:
    value = round(numerator / denominator, 2) if denominator else None
    return _indicator(label, value, unit, (numerator, denominator))


def _share(
    label: _Label, numerator: int, denominator: int, details: list[dict[str, Any]] | None = None
) -> Indicator:
    value = round(100 * numerator / denominator, 2) if denominator else None
    return _indicator(label, value, "%", (numerator, denominator), details)


def _indicator(
    label: _Label,
    value: float | None,
    unit: str,
    fraction: tuple[int, int | None],
    details: list[dict[str, Any]] | None = None,
) -> Indicator:
    return Indicator(
        figure=label.figure,
        code=label.code,
        name_zh=label.zh,
        name_ko=label.ko,
        name_en=label.en,
        value=value,
        unit=unit,
        numerator=fraction[0],
        denominator=fraction[1],
        definition=label.definition,
        definition_en=label.definition_en,
        details=details,
    )
