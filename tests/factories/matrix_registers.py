"""The registers the law asks for: what stands in them of a place, and requests to them."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from tests.factories.matrix import Op, Place, Role, Sent, Target, of_all, op
from tests.factories.matrix_requests import get, unsafe

_AGREEMENT: Final = {
    "document_no": "延数共享〔2026〕7号", "purpose": "核验", "legal_basis": "社会保险法",
}  # fmt: skip
_ASSESSMENT: Final = {
    "processing": "sensitive", "description": "处理", "risks": "泄露", "measures": "加密",
    "conclusion": "acceptable",
}  # fmt: skip
_NOTICE: Final = {"kind": "consent", "text_zh": "同意", "text_ko": "동의"}
_BREACH: Final = {
    "happened": "遗失", "found_at": "2026-11-20T00:00:00Z", "categories": ["phone"], "affected": 1,
    "harm": "骚扰", "measures": "更换", "notified": [], "residents": "not_yet",
}  # fmt: skip
_FIELD: Final = {"health": "lives_alone", "housing": "rented_out"}
KEPT: Final = {
    "sharing_agreements": "secretariat",
    "impact_assessments": "secretariat",
    "notices": "secretariat",
    "breaches": "security_admin",
}
"""Register → who enters into it."""


class Office(Protocol):
    """Who fills a place."""

    place: Place

    def headers(self, role: str = ..., **token: Any) -> dict[str, str]: ...

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any: ...


class Registers:
    """Enters one of each about a place."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def fill(self) -> dict[str, Any]:
        place, made = self.office.place, {}
        for register, role in KEPT.items():
            word = place.secret if register == "sharing_agreements" else place.word
            body = draft(register, place.grid, place.domain, word)
            path = f"/v1/{register.replace('_', '-')}"
            entry = await self.office.post(path, body, self.office.headers(role, domains=[]))
            made[register] = entry["id"]
            known = place.of_domain if register == "sharing_agreements" else place.of_area
            known.add(entry["id"])
        return made


def draft(register: str, area: str, domain: str, title: str) -> dict[str, Any]:
    contents: dict[str, Mapping[str, Any]] = {
        "sharing_agreements": {
            **_AGREEMENT, "provider_domain": domain, "receiver": f"{area[:6]}.{domain}",
            "fields": [_FIELD[domain]],
        },
        "impact_assessments": _ASSESSMENT,
        "notices": _NOTICE,
        "breaches": _BREACH,
    }  # fmt: skip
    head = {"area": area, "valid_from": "2026-11-01", "title": title}
    return {**head, **contents[register]}


def of_domain_or_office(role: Role, target: Target) -> bool:
    return target.is_near and role.works_for(target.place.domain)


def _samples() -> dict[str, Op]:
    made: dict[str, Op] = {}
    for register in KEPT:
        path = f"/v1/{register.replace('_', '-')}"

        def body(t: Target, register: str = register) -> Any:
            return draft(register, str(t["grid"]), t.place.domain, "新")

        def further(t: Target, register: str = register, path: str = path) -> Sent:
            entry = t[register]
            changed = {**body(t, register), "reason": "更正"}
            match = ("register_entries", "entry", entry)
            return Sent("POST", f"{path}/{entry}/versions", json=changed, match=match)

        made[f"{register}.list"] = op(get(path), reach=of_all)
        made[f"{register}.get"] = op(get(f"{path}/{{{register}}}"), reach=of_domain_or_office)
        made[f"{register}.add"] = op(unsafe("POST", path, None, body))
        made[f"{register}.revise"] = op(further, reach=of_domain_or_office)
    return made


SAMPLES: Final[Mapping[str, Op]] = {
    **_samples(),
    "consents.of_resident": op(get("/v1/residents/{resident}/consents")),
    "consents.say": op(
        unsafe("POST", "/v1/residents/{resident}/consents", None,
               lambda t: {"notice": str(t["notices"]), "version": 1, "given": True}),
    ),
    "retention.list": op(get("/v1/retention"), reach=of_all),
}  # fmt: skip
