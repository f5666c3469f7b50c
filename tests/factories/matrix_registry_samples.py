"""A request for every operation of the registry, pointed at a place."""

from collections.abc import Mapping
from typing import Any, Final

from services.common.ids import new_id
from tests.factories.imports import csv_file
from tests.factories.matrix import (
    DEPARTMENTS,
    ROLES,
    Op,
    Role,
    Sample,
    Sent,
    Target,
    of_all,
    of_domain,
    op,
)
from tests.factories.matrix_registers import SAMPLES as REGISTERS
from tests.factories.matrix_registry import DRAFT, FIELD, emergency, in_days
from tests.factories.matrix_requests import get, post, unsafe, values

DAY: Final = in_days(-3)
EVERYBODY: Final = frozenset(role.name for role in ROLES)
_SQUARE: Final = [[129.0, 42.5], [129.01, 42.5], [129.01, 42.51], [129.0, 42.51], [129.0, 42.5]]


def event(kind: str, *stamps: tuple[str, str], **body: Any) -> Sample:
    """A life event with the versions of what it touches."""
    return lambda t: Sent(
        "POST",
        "/v1/life-events",
        json=values({"kind": kind, "occurred_on": DAY, **body}, t),
        stamps=tuple((table, values(f"@{name}", t)) for table, name in stamps),
    )


def upload(path: str) -> Sample:
    return lambda t: Sent(
        "POST",
        path,
        form={"domain": t.place.domain, "county": t["county"]},
        files={"file": ("f.csv", csv_file([["姓名", "身份证号"], [t["name"], t["number"]]]))},
    )


def _names(_: Role, target: Target) -> bool:
    """Names and lines of areas around one's own are told too."""
    return target.is_near or target.position == "parent"


def _own(role: Role, target: Target) -> bool:
    """A department's own things, and of its county alone."""
    return (
        target.place.ids.get("organisation") == role.organisation
        and role.works_for(target.place.domain)
        and target.position != "ghost"
    )


def _opener(role: Role, target: Target) -> bool:
    """Whoever opened a record in an emergency: the county's officer, in every place of it."""
    return target.is_near and role.name == "county_officer"


def _within_county(role: Role, target: Target) -> bool:
    """In an emergency an officer reaches the whole county of its area."""
    return bool(target.place.ids["county"] == role.area[:6])


def _asker(role: Role, target: Target) -> bool:
    """What the asker itself asked for."""
    return _own(role, target) and role.name == "department_officer"


_RES: Final = "/v1/residents/{resident}"
_RESIDENT: Final = ("residents", "resident")
_HOOK: Final = "/v1/webhooks/{webhook}"
_WEBHOOK: Final = ("webhooks", "webhook")
_MAPPING: Final = ("import_mappings", "mapping")
_CHANGE: Final[dict[str, Any]] = {
    "kind": "rename", "effective_on": in_days(5), "document": "吉政函〔2026〕1号",
    "old": ["@area"], "new": [{"code": "@area", "name": "新名"}],
}  # fmt: skip

SAFE: Final[Mapping[str, Op]] = {
    "aggregates.count": op(
        post("/v1/aggregates", filter={"within": "@area"}, area_level="grid"),
    ),
    "area_changes.list": op(get("/v1/area-changes", within="@area")),
    "areas.list": op(get("/v1/areas", within="@area")),
    "areas.get": op(get("/v1/areas/{area}"), reach=_names),
    "areas.history": op(get("/v1/areas/{area}/history"), reach=_names),
    "authority.get": op(get("/v1/authority"), reach=of_all),
    "authority.versions": op(get("/v1/authority/versions"), reach=of_all),
    "authority.version": op(get("/v1/authority/versions/1"), reach=of_all),
    "code_sets.list": op(get("/v1/code-sets"), reach=of_all),
    "disputes.list": op(get("/v1/disputes", within="@area")),
    "disputes.of_resident": op(get(f"{_RES}/disputes")),
    "events.list": op(get("/v1/events", limit=200), reach=of_all),
    "exports.list": op(get("/v1/exports"), reach=of_all),
    "exports.get": op(get("/v1/exports/{export}"), reach=_asker),
    "exports.file": op(get("/v1/exports/{export}/file"), reach=_asker),
    "fields.list": op(get("/v1/fields"), reach=of_all),
    "findings.list": op(get("/v1/findings", within="@area")),
    "findings.summary": op(get("/v1/findings/summary", within="@area")),
    "grids.households": op(get("/v1/grids/{grid}/households")),
    "households.get": op(get("/v1/households/{household}"), narrow=DEPARTMENTS),
    "import_mappings.list": op(get("/v1/import-mappings"), reach=of_all),
    "import_mappings.get": op(get("/v1/import-mappings/{mapping}"), reach=_own),
    "imports.list": op(get("/v1/imports"), reach=of_all),
    "imports.get": op(get("/v1/imports/{imports}"), reach=of_domain),
    "imports.errors": op(get("/v1/imports/{imports}/errors"), reach=of_domain),
    "imports.rows": op(get("/v1/imports/{imports}/rows"), reach=of_domain),
    "indicators.list": op(get("/v1/indicators", within="@area")),
    "life_events.list": op(get("/v1/life-events", within="@area"), narrow=DEPARTMENTS),
    "life_events.get": op(get("/v1/life-events/{life_event}"), narrow=DEPARTMENTS),
    "ogc.landing": op(get("/v1/ogc"), reach=of_all),
    "ogc.conformance": op(get("/v1/ogc/conformance"), reach=of_all),
    "ogc.collections": op(get("/v1/ogc/collections"), reach=of_all),
    "ogc.collection": op(get("/v1/ogc/collections/grid"), reach=of_all),
    "ogc.items": op(get("/v1/ogc/collections/grid/items", within="@area")),
    "ogc.item": op(get("/v1/ogc/collections/grid/items/{grid}")),
    "organisations.list": op(get("/v1/organisations", within="@area")),
    "posts.list": op(get("/v1/posts", within="@area")),
    "provisions.list": op(
        get("/v1/provisions"), get("/v1/provisions", organisation="@organisation"), reach=of_all
    ),
    "reconciliations.list": op(get("/v1/reconciliations"), reach=of_all),
    "reconciliations.get": op(get("/v1/reconciliations/{reconciliations}"), reach=of_domain),
    "reconciliations.differences": op(
        get("/v1/reconciliations/{reconciliations}/differences"), reach=of_domain
    ),
    "reconciliations.file": op(get("/v1/reconciliations/{reconciliations}/file"), reach=of_domain),
    "residents.lookup": op(
        post("/v1/residents/lookup", document={"number": "@number"}, fields=["phone"]),
        post("/v1/residents/lookup", document={"number": "@number"}, fields=["phone"],
             explain=True),
    ),
    "residents.search": op(
        post("/v1/residents/search", within="@area", fields=["phone"], name="@name"),
        post("/v1/residents/search", within="@area", fields=["phone"], phone="@phone",
             count="capped"),
        post("/v1/residents/search", within="@area", fields=["phone"], address="@address"),
    ),
    "residents.get": op(
        get(_RES, fields="phone"),
        get(_RES, fields="phone", explain="true"),
        get(_RES, fields="phone", valid_on=DAY),
    ),
    "residents.full_export": op(
        *(
            lambda t, form=form: Sent(
                "POST", f"/v1/residents/{t['resident']}/full-export",
                json={"requested_by": "self", "format": form}, purpose="resident_request",
            )
            for form in ("json", "html")
        ),
    ),
    "residents.access_log": op(get(f"{_RES}/access-log")),
    "residents.documents": op(
        get(f"{_RES}/documents"), narrow={"county_officer", "resident_desk"}
    ),
    "residents.history": op(get(f"{_RES}/history", fields="phone")),
    "residents.households": op(get(f"{_RES}/households"), narrow=DEPARTMENTS),
    "residents.life_events": op(get(f"{_RES}/life-events"), narrow=DEPARTMENTS),
    "verifications.list": op(get("/v1/verifications", within="@area")),
    "webhooks.list": op(get("/v1/webhooks"), reach=of_all),
    "webhooks.get": op(get(_HOOK), reach=_own),
    "webhooks.deliveries": op(get(f"{_HOOK}/deliveries"), reach=_own),
    "area_changes.get": op(get("/v1/area-changes/{area_change}")),
    "area_changes.feed": op(get("/v1/area-changes/feed"), reach=of_all),
    "audit.chains": op(get("/v1/audit/chains"), reach=of_all),
    "audit.checkpoints": op(get("/v1/audit/checkpoints"), reach=of_all),
    "emergency_accesses.list": op(get("/v1/emergency-accesses", within="@area")),
    "emergency_accesses.resident": op(
        get("/v1/emergency-accesses/{emergency}/resident"), reach=_opener
    ),
    "authority.simulation": op(get("/v1/authority/simulations/{simulation}")),
}  # fmt: skip
"""Those that change nothing but the list of who read."""

UNSAFE: Final[Mapping[str, Op]] = {
    "areas.register": op(
        post("/v1/areas", parent="@building", number=7, name="7单元"), narrow=DEPARTMENTS
    ),
    "area_changes.ask": op(
        post("/v1/area-changes", **_CHANGE),
        post("/v1/area-changes", **{**_CHANGE, "old": ["@spare"],
                                    "new": [{"code": "@spare", "name": "新名"}]}),
        # The county itself is the prefecture's to change, and changes wait inside it.
        narrow={"secretariat", "system_admin"},
    ),
    "boundaries.draw": op(
        unsafe("PUT", "/v1/areas/{grid}/boundary", None,
               lambda _: {"type": "Polygon", "coordinates": [_SQUARE]}),
    ),
    "authority.draft": op(
        post("/v1/authority/versions", note="调整", base=1, changes=[]), reach=of_all,
        narrow=EVERYBODY,
    ),
    "authority.simulate": op(post(f"/v1/authority/versions/{DRAFT}/simulate", within="@area")),
    "authority.activate": op(
        lambda _: Sent("POST", f"/v1/authority/versions/{DRAFT}/activate",
                       match=("authority_versions", "number", DRAFT)),
        reach=of_all, narrow=EVERYBODY,
    ),
    "disputes.open": op(post(f"{_RES}/disputes", field="phone", statement="不对")),
    "disputes.decide": op(
        post("/v1/disputes/{dispute}/decide", decision="reject", reason="已核对"), reach=of_domain
    ),
    "verifications.resolve": op(
        post("/v1/verifications/{verification}/resolve", confirm=True, note="本人确认"),
        narrow=DEPARTMENTS,
    ),
    "emergency_accesses.open": op(
        unsafe("POST", "/v1/emergency-accesses", None, lambda t: emergency(str(t["number"]))),
        reach=_within_county, is_emergency=True, fits={429},
    ),
    "emergency_accesses.review": op(
        post("/v1/emergency-accesses/{emergency}/review", verdict="justified", comment="属实"),
        fits={403},
    ),
    "exports.start": op(
        post("/v1/exports", format="csv", fields=[FIELD["health"]], filter={"within": "@area"},
             legal_basis="社会保险法"),
    ),
    "exports.cancel": op(post("/v1/exports/{export_waiting}/cancel"), reach=_asker),
    "households.change_dwelling": op(
        post("/v1/households/{household}/dwellings", ("households", "household"),
             dwelling="@home.dwelling", use="second", on=DAY),
        narrow=DEPARTMENTS,
    ),
    "imports.start": op(upload("/v1/imports"), reach=of_domain),
    "imports.cancel": op(post("/v1/imports/{imports_waiting}/cancel"), reach=of_domain),
    "import_mappings.save": op(
        lambda t: Sent("POST", "/v1/import-mappings", json={
            "name": f"{t.position} {new_id()}", "domain": t.place.domain,
            "columns": {"甲": "phone"}}),
        reach=lambda role, t: role.works_for(t.place.domain),
    ),
    "life_events.reverse": op(post("/v1/life-events/{life_event}/reverse", reason="重复登记"),
                             narrow=DEPARTMENTS),
    "life_events.record": op(
        event("move_in", ("households", "household"), household_id="@household",
              newcomers=[{"name": "李"}]),
        event("merge", ("households", "home.household"), ("households", "household"),
              household_id="@home.household", other_id="@household"),
        event("death", ("residents", "resident"), people=["@resident"]),
        narrow=DEPARTMENTS,
    ),
    "posts.appoint": op(
        post("/v1/posts", area="@grid", post="grid_head", holder="金明子", phone="13812345678"),
    ),
    "posts.correct": op(
        unsafe("PUT", "/v1/posts/{post}", ("area_posts", "post"), lambda _: {"holder": "朴"}),
    ),
    "posts.end": op(post("/v1/posts/{post}/end", ("area_posts", "post"), on=in_days(30))),
    "reconciliations.start": op(upload("/v1/reconciliations"), reach=of_domain),
    "reconciliations.apply": op(
        post("/v1/reconciliations/{reconciliations}/apply"), reach=of_domain
    ),
    "reconciliations.cancel": op(
        post("/v1/reconciliations/{reconciliations_waiting}/cancel"), reach=of_domain
    ),
    "residents.register": op(
        post("/v1/residents", name="李", dwelling="@dwelling"),
        post("/v1/residents", name="李", household_id="@household"),
        narrow=DEPARTMENTS,
    ),
    "residents.upsert": op(
        post("/v1/residents/upserts", domain="@domain", county="@county",
             items=[{"document": {"number": "@number"}, "fields": {}}]),
        reach=of_domain,
    ),
    "residents.correct": op(
        unsafe("PATCH", _RES, _RESIDENT, lambda t: {FIELD[t.place.domain]: False}),
        narrow=DEPARTMENTS,
    ),
    "residents.add_document": op(
        post(f"{_RES}/documents", _RESIDENT, kind="passport", number="E9999999"),
        narrow=DEPARTMENTS,
    ),
    "residents.correct_document": op(
        post(f"{_RES}/documents/{{document}}/correct", _RESIDENT, number="E8888888", reason="错"),
        narrow=DEPARTMENTS,
    ),
    "residents.end_document": op(
        post(f"{_RES}/documents/{{document}}/end", _RESIDENT, reason="遗失"), narrow=DEPARTMENTS,
    ),
    "webhooks.register": op(
        post("/v1/webhooks", url="https://example.org/x"), reach=of_all
    ),
    "webhooks.change": op(unsafe("PATCH", _HOOK, _WEBHOOK, lambda _: {"active": True}), reach=_own),
    "webhooks.rotate_secret": op(
        unsafe("POST", f"{_HOOK}/rotate-secret", _WEBHOOK, lambda _: {}), reach=_own
    ),
    "webhooks.replay": op(
        post(f"{_HOOK}/replay", since="2026-11-24T00:00:00Z"), reach=_own
    ),
    "webhooks.replay_delivery": op(
        post(f"{_HOOK}/deliveries/{{delivery}}/replay"), reach=_own
    ),
    "import_mappings.change": op(
        unsafe("PUT", "/v1/import-mappings/{mapping}", _MAPPING,
               lambda _: {"name": "新", "columns": {"甲": "phone"}}),
        reach=_own,
    ),
    "import_mappings.remove": op(
        unsafe("DELETE", "/v1/import-mappings/{mapping}", _MAPPING), reach=_own
    ),
    "webhooks.delete": op(unsafe("DELETE", _HOOK, _WEBHOOK), reach=_own),
}  # fmt: skip
"""Those that change something, in an order in which none takes away what a later one needs."""
SAMPLES: Final[Mapping[str, Op]] = {**SAFE, **REGISTERS, **UNSAFE}
