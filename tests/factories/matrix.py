"""A matrix of who may see what: every operation, role, place and domain, each cell one request.

A service under test is filled with places. What a place holds carries canaries: words and ids that
stand nowhere else. A request points at one place, as somebody whose areas and domains are known,
and the answer must be the one the policy promises, without a canary of any place that is hidden.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import httpx
import structlog
from structlog.testing import LogCapture

from services.common.auth import Policy
from services.common.ids import new_id
from services.common.testing import TokenMint

COUNTY: Final = "222406"
STREET: Final = "222406001"
COMMUNITY: Final = "222406001001"
GRID: Final = "222406001001001"
OWN, OTHER = "health", "housing"
POSITIONS: Final = ("own", "child", "sibling", "parent", "foreign")
SEEN: Final = frozenset({"own", "child"})
TAKING_AWAY: Final = (".remove", ".delete", ".end")
"""Operations after which the next asker finds nothing."""
DEPARTMENTS: Final = frozenset({"department_officer", "department_system"})

GRIDS: Final = {
    "home": GRID,
    "next_door": GRID,
    "next_grid": "222406001001002",
    "next_community": "222406001003001",
    "next_street": "222406002001001",
    "next_county": "222401001001001",
    "far": "222402001001001",
}
"""Place → grid; next door is another building of the same grid."""
NOWHERE: Final = "222405099099099"
"""A grid that was never registered."""
_SIBLINGS: Final = {
    15: "next_grid", 12: "next_community", 9: "next_street", 6: "next_county",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who asks.

    Attributes:
        name: Of the role.
        area: The one area it may see.
        organisation: Its office.
    """

    name: str
    area: str
    organisation: str

    @property
    def domains(self) -> list[str]:
        return [OWN] if self.name in DEPARTMENTS else []

    @property
    def token(self) -> dict[str, Any]:
        return {
            "roles": [self.name],
            "areas": [self.area],
            "org": self.organisation,
            "domains": self.domains,
            "sub": subject_of(self.organisation, self.name),
        }

    def sees(self, place: "Place") -> bool:
        """Whether a place lies in its area."""
        return place.grid.startswith(self.area)

    def works_for(self, domain: str) -> bool:
        """Whether what belongs to a domain may be its business, as far as domains decide."""
        return not self.domains or domain in self.domains


def subject_of(organisation: str, role: str) -> str:
    """The same person wherever an organisation and a role are the same."""
    return f"{role}@{organisation}"


ROLES: Final = tuple(
    Role(name, area, organisation)
    for name, area, organisation in (
        ("grid_worker", GRID, COMMUNITY),
        ("community_officer", COMMUNITY, COMMUNITY),
        ("street_officer", STREET, STREET),
        ("department_officer", COUNTY, f"{COUNTY}.health"),
        ("department_system", COUNTY, f"{COUNTY}.health"),
        ("county_officer", COUNTY, f"{COUNTY}.government_office"),
        ("secretariat", COUNTY, f"{COUNTY}.civil_affairs"),
        ("approver", COUNTY, f"{COUNTY}.joint_meeting"),
        ("finance_officer", COUNTY, f"{COUNTY}.finance"),
        ("resident_desk", COUNTY, f"{COUNTY}.civil_affairs"),
        ("system_admin", COUNTY, f"{COUNTY}.government_office"),
        ("security_admin", COUNTY, f"{COUNTY}.government_office"),
        ("auditor", COUNTY, f"{COUNTY}.government_office"),
    )
)


@dataclass(slots=True)
class Place:
    """What stands in one place and belongs to one domain.

    Attributes:
        name: Of `GRIDS`.
        domain: Whose things these are, where things are a domain's.
        ids: Known ids and values, to send.
        of_area: Which of them, and which words, only those may see who see the area.
        of_domain: Which only its domain may see.
        of_community: Which everybody who works in the community may see.
        only: Canary → roles; nobody else may see it wherever they are.
    """

    name: str
    domain: str
    ids: dict[str, Any] = field(default_factory=dict)
    of_area: set[str] = field(default_factory=set)
    of_domain: set[str] = field(default_factory=set)
    of_community: set[str] = field(default_factory=set)
    only: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def grid(self) -> str:
        return GRIDS[self.name]

    @property
    def word(self) -> str:
        """Stands in every text that only those may see who see the area."""
        return f"ZA{self.name.replace('_', '')}{self.domain}Q"

    @property
    def secret(self) -> str:
        """Stands in every text that is a domain's own."""
        return f"ZD{self.name.replace('_', '')}{self.domain}Q"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request points.

    Attributes:
        position: Seen from who asks.
        place: What stands there; a ghost's ids name nothing.
        area: A code to filter by.
        home: What stands in the asker's own place.
    """

    position: str
    place: Place
    area: str
    home: Place

    def __getitem__(self, name: str) -> Any:
        return self.place.ids[name]

    @property
    def is_near(self) -> bool:
        return self.position in SEEN


@dataclass(frozen=True, slots=True)
class Sent:
    """A request. `match` is a table, a column and a key whose version goes into If-Match;
    `stamps` are tables and ids whose versions the body names.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    files: Any = None
    match: tuple[str, str, Any] | None = None
    stamps: tuple[tuple[str, Any], ...] = ()
    purpose: str | None = None


Sample: TypeAlias = Callable[[Target], Sent]
Reach: TypeAlias = Callable[[Role, Target], bool]


def of_area(_: Role, target: Target) -> bool:
    """What stands in the asker's area is seen."""
    return target.is_near


def of_domain(role: Role, target: Target) -> bool:
    """What stands in the asker's area and belongs to its domain is seen."""
    return target.is_near and role.works_for(target.place.domain)


def of_all(role: Role, target: Target) -> bool:
    """It points at nothing: who may ask is answered."""
    del role, target
    return True


@dataclass(frozen=True, slots=True)
class Op:
    """An operation's requests, and who is answered beside what the policy says.

    Attributes:
        samples: Requests that point at a place.
        reach: Whether somebody whom the policy lets pass sees a place.
        narrow: Roles of the policy that are refused some levels or fields all the same.
        fits: Further answers that are right: of calls that prove themselves in another way.
        is_emergency: It reaches beyond one's areas, and a refused attempt is kept as well.
    """

    samples: tuple[Sample, ...]
    reach: Reach = of_area
    narrow: frozenset[str] = frozenset()
    fits: frozenset[int] = frozenset()
    is_emergency: bool = False


def op(
    *samples: Sample,
    reach: Reach = of_area,
    narrow: Iterable[str] = (),
    fits: Iterable[int] = (),
    is_emergency: bool = False,
) -> Op:
    return Op(samples, reach, frozenset(narrow), frozenset(fits), is_emergency)


@dataclass
class Matrix:
    """Sends the cells and keeps what was wrong.

    Attributes:
        client: On the service.
        mint: Of tokens.
        places: Name and domain → place.
        rows: Runs a query, for versions and fingerprints.
        policy: Of the service.
        ghost: A place that is nowhere.
        sees: Whether a role sees what stands in a place.
        logged: What the service logged meanwhile.
    """

    client: httpx.AsyncClient
    mint: TokenMint
    places: Mapping[tuple[str, str], Place]
    rows: Callable[..., Awaitable[list[dict[str, Any]]]]
    policy: Policy
    ghost: Place
    sees: Callable[[Role, Place], bool] = Role.sees
    purpose: str = "case_handling"
    cells: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    answered: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    logged: list[Any] = field(default_factory=list)
    _tables: list[str] = field(default_factory=list)
    _print: str = ""

    async def prove(self, service: str, samples: Mapping[str, Op]) -> None:
        """Send every cell of a service, print how many they were, and fail with what was wrong."""
        named = {f"{service}.{name}": asked for name, asked in samples.items()}
        document = (await self.client.get("/openapi.json")).json()
        paths = document["paths"].values()
        known = {operation["operationId"] for path in paths for operation in path.values()}
        assert known == set(self.policy), known ^ set(self.policy)
        assert known == set(named), known ^ set(named)
        for operation, asked in named.items():
            await self.refusals(operation, asked)
        for operation, asked in named.items():
            await self.answers(operation, asked)
        told = str(self.logged)
        for place in self.places.values():
            numbers = {str(place.ids[name]) for name in ("identity", "phone") if name in place.ids}
            words = {place.word, place.secret} | numbers
            self.wrong += [f"{word} was logged" for word in words if word in told]
        print(self.report(service))  # noqa: T201 — how many cells were proved is what a run tells
        assert not self.wrong, "\n".join(self.wrong)

    def targets(self, role: Role) -> Iterator[Target]:
        """Every position and domain, seen from a role."""
        for domain in (OWN, OTHER):
            home = self.places["home", domain]
            near = "next_door" if role.area == GRID else "next_grid"
            sibling = self.places[_SIBLINGS[len(role.area)], domain]
            deeper = f"{GRID}00002" if role.area == GRID else GRIDS[near]
            # No code lies above a prefecture's county but the prefecture.
            above = {15: COMMUNITY, 12: STREET, 9: COUNTY, 6: "2224"}[len(role.area)]
            yield Target("own", home, role.area, home)
            yield Target("child", self.places[near, domain], deeper, home)
            yield Target("sibling", sibling, sibling.grid[: len(role.area)], home)
            yield Target("parent", sibling, above, home)
            yield Target("foreign", self.places["far", domain], GRIDS["far"], home)

    def ghost_of(self, target: Target) -> Target:
        """A place that nobody knows, of the same domain and level."""
        ghost = replace(self.ghost, domain=target.place.domain)
        return Target("ghost", ghost, f"{NOWHERE}00001"[: len(target.area)], target.home)

    def token(self, role: Role) -> str:
        if role.name not in self.tokens:
            self.tokens[role.name] = self.mint.token(**role.token)
        return self.tokens[role.name]

    async def send(self, role: Role, sent: Sent) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.token(role)}",
            "Idempotency-Key": new_id().hex,
            "OneGrid-Purpose": sent.purpose or self.purpose,
        }
        if sent.match is not None:
            headers["If-Match"] = f'"{await self._version(*sent.match)}"'
        json = sent.json
        if sent.stamps:
            read = {str(key): await self._version(t, "id", key) for t, key in sent.stamps}
            json = {**json, "versions": read}
        return await self.client.request(
            sent.method,
            sent.path,
            params=sent.query,
            json=json,
            data=sent.form,
            files=sent.files,
            headers=headers,
        )

    async def _version(self, table: str, column: str, key: Any) -> int:
        query = f"select version from {table} where {column}::text = $1 order by 1 desc"
        found = await self.rows(query, str(key))
        return found[0]["version"] if found else 1

    async def refusals(self, operation: str, asked: Op) -> None:
        """Everybody whom the policy or the place keeps out; nothing may change."""
        rule = self.policy[operation]
        before = self._print or await self.fingerprint()
        for role in ROLES:
            for number, sample in enumerate(asked.samples):
                unknown: dict[tuple[str, int], Any] = {}
                for target in self.targets(role):
                    sent = sample(target)
                    where = f"{operation}#{number} {role.name} {target.position} {_d(target)}"
                    if role.name not in rule.roles and not rule.public:
                        await self._refused(where, role, sent)
                    elif not asked.reach(role, target):
                        like = (target.place.domain, len(target.area))
                        if like not in unknown:
                            ghost = self.ghost_of(target)
                            unknown[like] = plain(await self.send(role, sample(ghost)), ghost)
                        await self._hidden(where, role, sent, target, unknown[like])
        self._print = await self.fingerprint()
        if self._print != before and not asked.is_emergency:
            self.wrong.append(f"{operation}: a refused call changed something")

    async def answers(self, operation: str, asked: Op) -> None:
        """Everybody whom policy and place let in."""
        rule = self.policy[operation]
        for role in ROLES:
            if role.name not in rule.roles and not rule.public:
                continue
            for number, sample in enumerate(asked.samples):
                for target in self.targets(role):
                    if asked.reach(role, target):
                        where = f"{operation}#{number} {role.name} {target.position} {_d(target)}"
                        sent = sample(target)
                        answer = await self.send(role, sent)
                        self._answered(operation, where, role, asked, answer)
                        if not (rule.roles <= asked.narrow or asked.fits):
                            codes = self.answered.setdefault((operation, number), set())
                            codes.add(answer.status_code)

    async def _refused(self, where: str, role: Role, sent: Sent) -> None:
        answer = await self.send(role, sent)
        self.cells["refused"] += 1
        if answer.status_code != 403 or answer.json().get("code") != "not-permitted":
            self.wrong.append(f"{where}: {answer.status_code} where the policy refuses")
        self.look(where, role, answer)

    async def _hidden(
        self, where: str, role: Role, sent: Sent, target: Target, unknown: Any
    ) -> None:
        answer = await self.send(role, sent)
        self.cells["hidden"] += 1
        told = plain(answer, target)
        if told != unknown:
            self.wrong.append(f"{where}: hidden is not as unknown: {told} / {unknown}")
        self.look(where, role, answer, sent)

    def _answered(
        self, operation: str, where: str, role: Role, asked: Op, answer: httpx.Response
    ) -> None:
        self.cells["answered"] += 1
        fit = answer.status_code < 400 or answer.status_code in {409, 412, 422, 428, *asked.fits}
        if role.name in asked.narrow:
            fit = fit or answer.status_code in {403, 404}
        if operation.endswith(TAKING_AWAY):
            fit = fit or answer.status_code == 404
        if not fit:
            self.wrong.append(f"{where}: {answer.status_code} {answer.text[:200]}")
        if not asked.is_emergency:
            self.look(where, role, answer)

    def look(
        self, where: str, role: Role, answer: httpx.Response, sent: Sent | None = None
    ) -> None:
        """No canary of what is hidden from a role may stand in an answer."""
        text = f"{dict(answer.headers)}{answer.text}"
        said = f"{sent}" if sent else ""
        for place in self.places.values():
            for canary in self._hidden_from(role, place):
                if canary in text and canary not in said:
                    self.wrong.append(f"{where}: tells {canary} ({answer.status_code})")

    def _hidden_from(self, role: Role, place: Place) -> set[str]:
        """The canaries of a place that somebody must not see."""
        hidden = {canary for canary, roles in place.only.items() if role.name not in roles}
        if not self.sees(role, place):
            hidden |= place.of_area | place.of_domain | {place.word, place.secret, *place.only}
        elif not role.works_for(place.domain):
            hidden |= place.of_domain | {place.secret}
        if not place.grid.startswith(role.area[:12]):
            hidden |= place.of_community
        return hidden

    async def fingerprint(self) -> str:
        """Of everything that is kept; differs when a row was added, changed or taken away."""
        self._tables = self._tables or [row["name"] for row in await self.rows(_TABLES)]
        parts = " union all ".join(
            f"select '{t}' as t, count(*) as n, sum(hashtextextended(x::text, 0)) as h from {t} x"
            for t in self._tables
        )
        return str(await self.rows(parts))

    def report(self, service: str) -> str:
        """The number of cells, and everything that was wrong."""
        never = [f"{name}#{n}: never answered: {sorted(codes)}"
                 for (name, n), codes in self.answered.items()
                 if not any(code < 400 for code in codes)]  # fmt: skip
        self.wrong += never
        cells = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.cells.items()))
        return f"{service}: {sum(self.cells.values()):,} cells ({cells}), {len(self.wrong)} wrong"


@contextmanager
def quiet() -> Iterator[list[Any]]:
    """Collects what is logged instead of printing it."""
    capture = LogCapture()
    structlog.configure(processors=[capture], cache_logger_on_first_use=False)
    try:
        yield capture.entries
    finally:
        structlog.reset_defaults()


_TABLES = """
select c.relname as name from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
    and not c.relispartition order by 1
"""
_VARYING = re.compile(r'"(instance|as_of)":"[^"]*"')


def _d(target: Target) -> str:
    return "own-domain" if target.place.domain == OWN else "other-domain"


def plain(answer: httpx.Response, target: Target) -> tuple[int, str]:
    """Status and body without what names the request, and without the place that was asked for."""
    text = _VARYING.sub("", answer.text)
    known = sorted((str(value) for value in target.place.ids.values()), key=len, reverse=True)
    for value in (*known, target.place.word, target.place.secret, target.area):
        if value:
            text = text.replace(value, "…")
    return answer.status_code, text
