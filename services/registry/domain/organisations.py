"""The organisations that stand where the divisions are: departments, offices, committees."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from services.registry.domain.areas import Division

DOMAINS: Final = (
    "public_security", "family_planning", "social_security", "housing", "health", "education",
    "culture", "transport", "market",
)  # fmt: skip
"""The nine domains of the one record."""

DEPARTMENT: Final = "department"
STREET_OFFICE: Final = "street_office"
COMMUNITY_COMMITTEE: Final = "community_committee"

_Titles: TypeAlias = tuple[str, str, str]
"""What stands behind the name of the division: Chinese, Korean as in Yanbian, English."""

DEPARTMENTS: Final[dict[str, _Titles]] = {
    "public_security": ("公安局", "공안국", "Public Security Bureau"),
    "family_planning": (
        "计划生育服务中心",
        "계획생육봉사중심",
        "Family Planning Service Centre",
    ),
    "social_security": (
        "人力资源和社会保障局",
        "인력자원사회보장국",
        "Human Resources and Social Security Bureau",
    ),
    "housing": (
        "住房和城乡建设局",
        "주택도농건설국",
        "Housing and Urban-Rural Development Bureau",
    ),
    "health": ("卫生健康局", "위생건강국", "Health Bureau"),
    "education": ("教育局", "교육국", "Education Bureau"),
    "culture": (
        "文化广播电视和旅游局",
        "문화라지오텔레비죤관광국",
        "Culture, Broadcasting and Tourism Bureau",
    ),
    "transport": ("交通运输局", "교통운수국", "Transport Bureau"),
    "market": ("市场监督管理局", "시장감독관리국", "Market Regulation Bureau"),
}
"""Domain → titles of its department."""

_OFFICES: Final[dict[str, _Titles]] = {
    "government_office": ("人民政府办公室", "인민정부판공실", "Government Office"),
    "civil_affairs": ("民政局", "민정국", "Civil Affairs Bureau"),
    "joint_meeting": (
        "社区工作准入联席会议",
        "사회구역사업진입련석회의",
        "Joint Meeting on Community Work Admission",
    ),
    "finance": ("财政局", "재정국", "Finance Bureau"),
}


class Organisation(NamedTuple):
    """An organisation; the code is what tokens and access records carry."""

    code: str
    name_zh: str
    name_ko: str | None
    name_en: str | None
    kind: str
    area: str
    domain: str | None


def organisations_of(divisions: Iterable[Division]) -> Iterator[Organisation]:
    """All organisations of these divisions.

    Prefecture and counties have nine departments (`222406.health`) and four offices
    (`222406.finance`), a street its office (`222406001`), a community its committee.
    """
    for division in divisions:
        code = division.code
        if division.level in {"prefecture", "county"}:
            for office, titles in _OFFICES.items():
                yield _organ(division, f"{code}.{office}", office, titles)
            for domain, titles in DEPARTMENTS.items():
                yield _organ(division, f"{code}.{domain}", DEPARTMENT, titles, domain)
        elif division.level == "street":
            yield _organ(division, code, STREET_OFFICE, _street_titles(division))
        elif division.level == "community":
            yield _organ(division, code, COMMUNITY_COMMITTEE, _committee_titles(division))


def _organ(
    division: Division, code: str, kind: str, titles: _Titles, domain: str | None = None
) -> Organisation:
    zh, ko, en = titles
    return Organisation(
        code,
        division.name + zh,
        f"{division.name_ko} {ko}".strip() if division.name_ko else None,
        f"{division.name_en} {en}".strip() if division.name_en else None,
        kind,
        division.code,
        domain,
    )


def _street_titles(division: Division) -> _Titles:
    if division.name.endswith("街道"):
        return "办事处", "판사처", "Office"
    if division.name.endswith(("镇", "乡")):
        return "人民政府", "인민정부", "Government"
    return "管理委员会", "관리위원회", "Administration"


def _committee_titles(division: Division) -> _Titles:
    if division.name.endswith("委员会"):
        return "", "", ""
    if division.name.endswith("村"):
        return "民委员会", "촌민위원회", "Villagers' Committee"
    return "居民委员会", "주민위원회", "Residents' Committee"
