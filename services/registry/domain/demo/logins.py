"""Who can sign in to the demo: people of every role and one system per department."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from services.registry.domain import areas
from services.registry.domain.demo import name_pools, profile
from services.registry.domain.demo.plans import DemoPlan
from services.registry.domain.demo.randomness import stream
from services.registry.domain.organisations import DEPARTMENTS


class Account(NamedTuple):
    """One demo account.

    Attributes:
        login: Login name of a person, client id of a system.
        kind: `person` signs in with a password, `system` with client credentials.
        areas: Area prefixes the account may act in.
        domains: Domains it speaks for; empty for people of streets and communities.
        name: Display name in Chinese characters.
    """

    login: str
    kind: Literal["person", "system"]
    role: str
    organisation: str
    areas: tuple[str, ...]
    domains: tuple[str, ...]
    name: str


# Login prefix, role and office of the people a county has once.
_COUNTY_PEOPLE: Final = (
    ("county", "county_officer", "government_office"),
    ("secretariat", "secretariat", "civil_affairs"),
    ("approver", "approver", "joint_meeting"),
    ("finance", "finance_officer", "finance"),
    ("desk", "resident_desk", "government_office"),
)
_ADMINISTRATORS: Final = (
    ("system.admin", "system_admin"),
    ("security.admin", "security_admin"),
    ("audit.admin", "auditor"),
)
# Whose word counts is the prefecture's to say, and takes two people.
_PREFECTURE_PEOPLE: Final = (
    ("secretariat", "secretariat", "civil_affairs"),
    ("county", "county_officer", "government_office"),
)
_BORN: Final = (1968, 1999)


def accounts(demo: DemoPlan) -> Iterator[Account]:
    """The accounts of a scale; everybody's secret is the one demo password."""
    for login, role in _ADMINISTRATORS:
        office = f"{profile.PREFECTURE}.government_office"
        yield _person(demo, login, role, office, profile.PREFECTURE)
    for prefix, role, office in _PREFECTURE_PEOPLE:
        area = profile.PREFECTURE
        yield _person(demo, f"{prefix}.{area}", role, f"{area}.{office}", area)
    for county in demo.counties:
        yield from _county(demo, county)
    for street in demo.streets:
        yield _person(demo, f"street.{street}", "street_officer", street, street)
    for community in demo.communities:
        code = community.code
        yield _person(demo, f"community.{code}", "community_officer", code, code)
    for grid in demo.grids:
        yield _person(demo, f"grid.{grid.code}", "grid_worker", grid.community, grid.code)


def _county(demo: DemoPlan, county: str) -> Iterator[Account]:
    names = {division.code: division.name for division in demo.divisions}
    for prefix, role, office in _COUNTY_PEOPLE:
        yield _person(demo, f"{prefix}.{county}", role, f"{county}.{office}", county)
    for domain, (department, _, _) in DEPARTMENTS.items():
        organisation = f"{county}.{domain}"
        login = f"dept.{county}.{domain}"
        person = _person(demo, login, "department_officer", organisation, county)
        yield person._replace(domains=(domain,))
        yield Account(
            f"sys.{county}.{domain}",
            "system",
            "department_system",
            organisation,
            (county,),
            (domain,),
            f"{names[county]}{department}业务系统",
        )


def _person(demo: DemoPlan, login: str, role: str, organisation: str, area: str) -> Account:
    return Account(login, "person", role, organisation, (area,), (), name_of(demo, login, area))


def name_of(demo: DemoPlan, login: str, area: str) -> str:
    """The name of whoever has this login; the same person wherever the login is named."""
    random = stream(demo.seed, "account", login)
    county = area[: areas.LENGTHS["county"]]
    share = profile.KOREAN_SHARE.get(county, profile.KOREAN_SHARE[profile.PILOT_COUNTY])
    pool = name_pools.KOREAN if random.random() < share else name_pools.HAN
    given = pool.given[random.randint(1, 2)][name_pools.era_of(random.randint(*_BORN))]
    return random.choice(pool.surnames)[0] + random.choice(given)[0]
