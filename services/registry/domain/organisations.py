"""The organisations that stand where the divisions are: departments, offices, committees."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from services.registry.domain.areas import Division

DOMAINS: Final = (
    "public_security", "family_planning", "social_security", "housing", "health", "education",
    "culture", "transport", "market",
)  # fmt: skip
"""The nine domains of the one record."""

PREFECTURE_DEPARTMENT: Final = "prefecture_department"
COUNTY_DEPARTMENT: Final = "county_department"
SECRETARIAT: Final = "secretariat"
JOINT_MEETING: Final = "joint_meeting"
FINANCE: Final = "finance"
STREET_OFFICE: Final = "street_office"
COMMUNITY_COMMITTEE: Final = "community_committee"

# Title behind the name of the division: Chinese, Korean as written in Yanbian, English.
_DEPARTMENTS: Final = {
    "public_security": ("公安局", "공안국", "Public Security Bureau"),
    "family_planning": ("计划生育协会", "계획생육협회", "Family Planning Association"),
    "social_security": (
        "人力资源和社会保障局",
        "인력자원사회보장국",
        "Human Resources and Social Security Bureau",
    ),
    "housing": ("住房和城乡建设局", "주택도농건설국", "Housing and Construction Bureau"),
    "health": ("卫生健康局", "위생건강국", "Health Bureau"),
    "education": ("教育局", "교육국", "Education Bureau"),
    "culture": (
        "文化广播电视和旅游局",
        "문화방송텔레비죤관광국",
        "Culture, Broadcasting and Tourism Bureau",
    ),
    "transport": ("交通运输局", "교통운수국", "Transport Bureau"),
    "market": ("市场监督管理局", "시장감독관리국", "Market Regulation Bureau"),
}
_COUNTY_ORGANS: Final = {
    "civil_affairs": (SECRETARIAT, "民政局", "민정국", "Civil Affairs Bureau"),
    "joint_meeting": (
        JOINT_MEETING,
        "社区工作准入联席会议",
        "사회구역사업진입련석회의",
        "Joint Meeting on Admission of Community Work",
    ),
    "finance": (FINANCE, "财政局", "재정국", "Finance Bureau"),
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

    A prefecture has nine departments; a county nine departments, the civil affairs bureau
    (secretariat of admission), the joint meeting and finance; a street its office, a community its
    committee.
    """
    for division in divisions:
        if division.level in {"prefecture", "county"}:
            yield from _departments(division)
        if division.level == "county":
            for name, (kind, *titles) in _COUNTY_ORGANS.items():
                yield _organ(division, f"{division.code}.{name}", kind, titles, None)
        if division.level == "street":
            yield _organ(division, division.code, STREET_OFFICE, _street_titles(division), None)
        if division.level == "community":
            names = _committee_titles(division)
            yield _organ(division, division.code, COMMUNITY_COMMITTEE, names, None)


def _departments(division: Division) -> Iterator[Organisation]:
    kind = PREFECTURE_DEPARTMENT if division.level == "prefecture" else COUNTY_DEPARTMENT
    for domain in DOMAINS:
        yield _organ(division, f"{division.code}.{domain}", kind, _DEPARTMENTS[domain], domain)


def _organ(
    division: Division, code: str, kind: str, titles: Iterable[str], domain: str | None
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


def _street_titles(division: Division) -> tuple[str, str, str]:
    if division.name.endswith("街道"):
        return "办事处", "판사처", "Office"
    if division.name.endswith(("镇", "乡")):
        return "人民政府", "인민정부", "Government"
    return "管理委员会", "관리위원회", "Administration"


def _committee_titles(division: Division) -> tuple[str, str, str]:
    if division.name.endswith("委员会"):
        return "", "", ""
    if division.name.endswith("村"):
        return "民委员会", "촌민위원회", "Villagers' Committee"
    return "居民委员会", "주민위원회", "Residents' Committee"
