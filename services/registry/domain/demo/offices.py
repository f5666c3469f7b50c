"""The offices of the demo: departments of nine domains, who decides, streets, communities."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from services.registry.domain.areas import Division
from services.registry.domain.demo import profile
from services.registry.domain.demo.plans import DemoPlan

OrganisationRow: TypeAlias = tuple[str, str, str, str, str, str, str | None, str | None]
"""See `ORGANISATION_COLUMNS`."""

ORGANISATION_COLUMNS: Final = (
    "code",
    "kind",
    "name_zh",
    "name_ko",
    "name_en",
    "area",
    "domain",
    "parent",
)

_Names: TypeAlias = tuple[str, str, str]

DEPARTMENTS: Final[dict[str, _Names]] = {
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
"""The nine domains in the order of the survey report, each with its department."""

OFFICES: Final[dict[str, _Names]] = {
    "government_office": ("人民政府办公室", "인민정부판공실", "Government Office"),
    "civil_affairs": ("民政局", "민정국", "Civil Affairs Bureau"),
    "joint_meeting": (
        "社区工作准入联席会议",
        "사회구역사업진입련석회의",
        "Joint Meeting on Community Work Admission",
    ),
    "finance": ("财政局", "재정국", "Finance Bureau"),
}
"""Offices without a domain; the code's last part is also the kind."""

_COMMITTEE: Final = "居民委员会"


def organisations(demo: DemoPlan) -> Iterator[OrganisationRow]:
    """The organisations of a scale, each after its parent, from the prefecture to the communities.

    Codes: `2224.health`, `222406.health`, `222406.civil_affairs`, `222406001` (street office),
    `222406001001` (community committee).
    """
    by_code = {division.code: division for division in demo.divisions}
    yield from _seat(by_code[profile.PREFECTURE], parent=None)
    for county in demo.counties:
        yield from _seat(by_code[county], parent=profile.PREFECTURE)
        office = f"{county}.government_office"
        for street in demo.streets:
            if street.startswith(county):
                yield _street_office(by_code[street], office)
    for community in demo.communities:
        yield _committee(community)


def _seat(place: Division, parent: str | None) -> Iterator[OrganisationRow]:
    """Departments and offices of a prefecture or county."""
    for key, names in OFFICES.items():
        yield _office(place, key, key, names, None, parent)
    for domain, names in DEPARTMENTS.items():
        yield _office(place, domain, "department", names, domain, parent)


def _office(
    place: Division, key: str, kind: str, names: _Names, domain: str | None, parent: str | None
) -> OrganisationRow:
    return (
        f"{place.code}.{key}",
        kind,
        place.name + names[0],
        f"{place.name_ko} {names[1]}",
        f"{place.name_en} {names[2]}",
        place.code,
        domain,
        None if parent is None else f"{parent}.{key}",
    )


def _street_office(street: Division, parent: str) -> OrganisationRow:
    return (
        street.code,
        "street_office",
        f"{street.name}办事处",
        f"{street.name_ko}판사처",
        f"{street.name_en} Office",
        street.code,
        None,
        parent,
    )


def _committee(community: Division) -> OrganisationRow:
    name = community.name
    return (
        community.code,
        "community_committee",
        name if name.endswith(_COMMITTEE) else name + _COMMITTEE,
        f"{community.name_ko} 주민위원회",
        f"{community.name_en} Residents' Committee",
        community.code,
        None,
        community.parent,
    )
