"""Places of a registry, filled: in each a household and what a department keeps about it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from services.common.ids import new_id
from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from services.registry.api.policy import POLICY
from services.registry.service import SERVICE
from services.registry.use_cases.exports import run as exports_run
from services.registry.use_cases.imports import run as imports_run
from services.registry.use_cases.reconciliations import run as reconciliations_run
from tests.factories import authority
from tests.factories.imports import csv_file
from tests.factories.matrix import GRIDS, NOWHERE, OTHER, OWN, Matrix, Place, quiet, subject_of
from tests.factories.matrix_registers import Registers
from tests.factories.places import today
from tests.factories.registry import Person, Registry, dwelling, id_number, running

FIELD: Final = {"health": "lives_alone", "housing": "rented_out"}
"""A field of each domain that grid workers collect too."""
DRAFT: Final = 2
"""Number of a version of the authority matrix that is not in force."""
WIDE: Final = ["2224"]
LEVELS: Final = ("grid", "building", "unit", "dwelling")


class Filler:
    """Fills one place as the department whose it is, and as those who work there.

    Args:
        registry: Under test.
        place: To be filled.
        number: Of the place, which makes numbers of people different.
        asked_for: What is asked for once: grid → its change, place → its emergency access.
    """

    def __init__(
        self, registry: Registry, place: Place, number: int, asked_for: dict[str, str]
    ) -> None:
        self.registry = registry
        self.asked_for = asked_for
        self.place = place
        self.county = place.grid[:6]
        self.number = id_number(500 + number)
        self.phone = f"1390000{number:04d}"
        building = place.grid + ("00002" if place.name == "next_door" else "00001")
        self.building = building
        self.home = f"{building}01{100 + number:04d}"

    def headers(self, role: str = "department_officer", **token: Any) -> dict[str, str]:
        organisation = f"{self.county}.{self.place.domain}"
        values = {
            "areas": [self.county],
            "org": organisation,
            "domains": [self.place.domain],
            "sub": subject_of(organisation, role),
            "name": self.place.secret,
            **token,
        }
        return self.registry.headers(role, **values)

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        answer = await self.registry.client.post(path, json=body, headers=headers or self.headers())
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()

    async def fill(self) -> None:
        place = self.place
        await self._areas()
        household = await self.registry.household(self.home, address=f"{place.word}街8号")
        resident = await self._person(household)
        await self.registry.head(household, resident)
        post = await self.post(
            "/v1/posts",
            {"area": self.building, "post": "building_chief", "holder": place.word,
             "phone": self.phone, "seat": place.domain},
            self.headers("secretariat", areas=WIDE, domains=[]),
        )  # fmt: skip
        place.ids |= {
            "resident": resident, "household": household, "dwelling": self.home,
            "number": self.number, "identity": self.number, "phone": self.phone, "name": place.word,
            "address": f"{place.word}街8号", "post": post["id"], "building": self.building,
            "county": self.county, "grid": place.grid,
            "organisation": f"{self.county}.{place.domain}",
        }  # fmt: skip
        place.of_area |= {str(resident), str(household), post["id"], self.number, self.phone}
        await self._said(resident)
        await self._decided()
        await self._jobs()
        place.ids |= await Registers(self).fill()
        if place.domain == OWN:
            self.asked_for[place.name] = await self._emergency()
        place.ids["emergency"] = self.asked_for[place.name]

    async def _emergency(self) -> str:
        """A county's officer opened the record in an emergency."""
        office = f"{self.county}.government_office"
        subject = subject_of(office, "county_officer")
        headers = self.headers("county_officer", org=office, domains=[], sub=subject)
        opened = await self.post("/v1/emergency-accesses", emergency(self.number), headers)
        self.place.of_area.add(opened["id"])
        key: str = opened["id"]
        return key

    async def _areas(self) -> None:
        codes = [self.place.grid, self.building, f"{self.building}01", self.home]
        # No change is asked for of this one.
        self.place.ids["spare"] = f"{self.place.grid[:12]}900"
        async with self.registry.store.transaction() as tx:
            await tx.connection.executemany(
                "insert into areas (code, county, level, name) values ($1, left($1, 6), $2, $3)"
                " on conflict do nothing",
                [(self.place.ids["spare"], "grid", "备用")]
                + [(c, level, self.place.word) for c, level in zip(codes, LEVELS, strict=True)],
            )

    async def _person(self, household: Any) -> Any:
        facts = {FIELD["health"]: True, FIELD["housing"]: True, "family_doctor": self.place.word}
        return await self.registry.resident(
            Person(
                name=self.place.word,
                name_ko=None,
                name_pinyin=None,
                number=self.number,
                phone=self.phone,
                household_id=household,
                dwelling=self.home,
                facts=facts,
            )
        )

    async def _said(self, resident: Any) -> None:
        """What was said about a resident: an event, a dispute, a contradiction, a document."""
        place, wide = self.place, {"areas": WIDE, "domains": []}
        desk = self.headers("resident_desk", org=f"{self.county}.civil_affairs", **wide)
        dispute = await self.post(
            f"/v1/residents/{resident}/disputes",
            {"field": FIELD[place.domain], "statement": place.secret},
            desk,
        )
        row = {"document": {"number": self.number}, "observed_on": "2026-07-01",
               "fields": {"phone": "13911112222"}}  # fmt: skip
        await self.post(
            "/v1/residents/upserts",
            {"domain": place.domain, "county": self.county, "items": [row]},
        )
        (verification,) = await self.registry.rows(
            "select id from verifications where resident_id = $1", resident
        )
        worker = self.headers("community_officer", **wide)
        version = await self.version("residents", resident)
        document = await self.post(
            f"/v1/residents/{resident}/documents",
            {"kind": "passport", "number": f"E{self.number[-7:]}"},
            {**worker, "If-Match": f'"{version}"'},
        )
        place.ids |= {
            "dispute": dispute["id"], "verification": verification["id"],
            "document": document["id"],
        }  # fmt: skip
        place.of_area |= {str(verification["id"]), document["id"]}
        place.of_domain |= {dispute["id"]}
        place.ids["life_event"] = await self._event()
        place.of_area.add(place.ids["life_event"])

    async def _event(self) -> Any:
        """Somebody moved in."""
        body = {
            "kind": "move_in", "occurred_on": in_days(-9), "newcomers": [{"name": self.place.word}],
            "household_id": str(self.place.ids["household"]), "relations": {},
            "versions": {str(self.place.ids["household"]):
                         await self.version("households", self.place.ids["household"])},
            "evidence": self.place.word,
        }  # fmt: skip
        worker = self.headers("community_officer", areas=WIDE, domains=[])
        made = await self.post("/v1/life-events", body, worker)
        self.place.of_area |= set(made["residents"])
        return made["id"]

    async def _decided(self) -> None:
        """A change of areas that was asked for, and a trial of the authority matrix."""
        place, wide = self.place, {"areas": WIDE, "domains": []}
        # One change of a grid at a time.
        if (place.name, place.domain) != ("next_door", OWN) and place.domain == OWN:
            change = await self.post(
                "/v1/area-changes",
                {"kind": "rename", "effective_on": in_days(300), "document": place.word,
                 "old": [place.grid], "new": [{"code": place.grid, "name": place.word}]},
                self.headers("secretariat", **wide),
            )  # fmt: skip
            self.asked_for[place.grid] = change["id"]
            place.of_area.add(change["id"])
        trial = await self.post(
            f"/v1/authority/versions/{DRAFT}/simulate",
            {"within": place.grid[:12]},
            self.headers("secretariat", **wide),
        )
        place.ids |= {"area_change": self.asked_for[place.grid], "simulation": trial["id"]}
        place.of_area.add(trial["id"])

    async def version(self, table: str, key: Any) -> int:
        (row,) = await self.registry.rows(f"select version from {table} where id = $1", key)
        return int(row["version"])

    async def files(self, suffix: str = "") -> None:
        """A department's file that was sent, and one that was held against the record."""
        place = self.place
        rows = [["姓名", "身份证号"], [place.word, self.number], [place.secret, "22999919900101"]]
        for kind in ("imports", "reconciliations"):
            answer = await self.registry.client.post(
                f"/v1/{kind}",
                files={"file": (f"{place.secret}.csv", csv_file(rows))},
                data={"domain": place.domain, "county": self.county},
                headers=self.headers(),
            )
            assert answer.status_code == 202, answer.text
            place.ids[kind + suffix] = answer.json()["id"]
            place.of_domain.add(answer.json()["id"])
        export = await self.post(
            "/v1/exports",
            {"format": "csv", "fields": [FIELD[place.domain]], "filter": {"within": place.grid},
             "legal_basis": place.secret},
        )  # fmt: skip
        place.ids[f"export{suffix}"] = export["id"]
        place.of_domain.add(export["id"])

    async def _jobs(self) -> None:
        """A department's own: files, a mapping of columns, a webhook."""
        place = self.place
        await self.files()
        mapping = await self.post(
            "/v1/import-mappings",
            {"name": place.secret, "columns": {place.secret: "phone"}, "domain": place.domain},
        )
        hook = await self.post(
            "/v1/webhooks", {"url": "https://example.org/in", "description": place.secret}
        )
        place.ids |= {"mapping": mapping["id"], "webhook": hook["id"]}
        delivery = new_id()
        async with self.registry.store.transaction() as tx:
            await tx.connection.execute(
                "insert into webhook_deliveries (webhook_id, id, xact, seq, event_id, event_type,"
                " due_at) select $1, $2, xact, seq, id, type, now() from events limit 1",
                hook["id"], delivery,
            )  # fmt: skip
        place.ids["delivery"] = delivery
        place.ids["secret"] = place.secret
        jobs = ("mapping", "webhook", "delivery")
        place.of_domain |= {str(place.ids[name]) for name in jobs}


async def fill(registry: Registry) -> dict[tuple[str, str], Place]:
    """Every place of both domains; jobs that were asked for are carried out."""
    places = {(name, domain): Place(name, domain) for name in GRIDS for domain in (OWN, OTHER)}
    asked_for: dict[str, str] = {}
    assert await authority.draft(registry, ("phone", "health", 1, None)) == DRAFT
    fillers = [Filler(registry, p, n, asked_for) for n, p in enumerate(places.values(), 1)]
    for filler in fillers:
        await filler.fill()
    state = registry.app.state
    database = registry.store.database
    work = (
        imports_run.handlers(state.importing),
        reconciliations_run.handlers(state.importing),
        exports_run.handlers(state.exporting),
    )
    for handlers in work:
        loop = TimerLoop(database, handlers, batch=1)
        while await loop.fire_due():
            pass
    # And those that wait, to be stopped.
    for filler in fillers:
        await filler.files("_waiting")
    return places


@asynccontextmanager
async def filled(
    databases: Callable[[str, Path], str], mint: TokenMint, folder: Path
) -> AsyncIterator[Matrix]:
    """A registry with its places."""
    dsn = databases("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=folder, emergency_daily_most=20) as made:
        with quiet() as logged:
            places = await fill(made)
            yield Matrix(made.client, mint, places, made.rows, POLICY, ghost(places), logged=logged)


def ghost(places: dict[tuple[str, str], Place]) -> Place:
    """A place that is nowhere: ids of the same kinds, which name nothing."""
    like = places["home", OWN].ids
    made = Place("home", OWN)
    made.name = "nowhere"
    made.ids = {name: new_id() for name in like}
    nowhere = NOWHERE
    made.ids |= {
        "dwelling": dwelling(nowhere), "number": id_number(999), "phone": "13999999999",
        "name": made.word, "secret": made.secret, "address": f"{made.word}街8号",
        "building": f"{nowhere}00001", "spare": f"{nowhere[:12]}900",
        "county": nowhere[:6], "grid": nowhere, "organisation": f"{nowhere[:6]}.health",
    }  # fmt: skip
    return made


def emergency(number: str) -> dict[str, Any]:
    return {
        "document": {"number": number}, "reason": "life_rescue", "text": "送医抢救联系家属",
        "minutes": 30,
    }  # fmt: skip


def in_days(days: int) -> str:
    """A civil day from today on."""
    return (today() + timedelta(days)).isoformat()
