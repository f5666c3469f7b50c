"""Who may do what: one row per operation; what has no row is refused to everybody."""

from typing import Final

from services.common.auth import Policy, allow

PURPOSES: Final = frozenset(
    {
        "public_service",
        "statutory_registration",
        "verification",
        "case_handling",
        "resident_request",
        "audit",
    }
)

_DEPARTMENT: Final = ("department_officer", "department_system")
_BLOWERS: Final = ("grid_worker", "community_officer", "street_officer")
_SEE: Final = (*_BLOWERS, "county_officer", *_DEPARTMENT)
_EVERYBODY: Final = (
    *_SEE,
    "secretariat",
    "approver",
    "finance_officer",
    "resident_desk",
    "system_admin",
    "security_admin",
    "auditor",
)

POLICY: Final[Policy] = {
    "tasks.assignments.place": allow(*_DEPARTMENT),
    "tasks.assignments.list": allow(*_SEE),
    "tasks.assignments.view": allow(*_SEE),
    "tasks.assignments.refuse": allow("community_officer"),
    "tasks.assignments.complete": allow("community_officer"),
    "tasks.attachments.upload": allow(*_BLOWERS, *_DEPARTMENT),
    "tasks.attachments.view": allow(*_SEE),
    "tasks.whistles.report": allow(*_BLOWERS),
    "tasks.whistles.list": allow(*_SEE),
    "tasks.whistles.view": allow(*_SEE),
    "tasks.whistles.contact": allow(*_BLOWERS, *_DEPARTMENT, purpose=True),
    "tasks.whistles.blow": allow("street_officer"),
    "tasks.whistles.dispatch": allow("street_officer"),
    "tasks.whistles.sign": allow(*_DEPARTMENT),
    "tasks.whistles.arrive": allow(*_DEPARTMENT),
    "tasks.whistles.submit_result": allow(*_DEPARTMENT),
    "tasks.whistles.verify": allow(*_BLOWERS),
    "tasks.whistles.rate": allow(*_BLOWERS),
    # Only the street that blew; that it is this street is decided in domain/whistles.py.
    "tasks.whistles.close": allow("street_officer"),
    "tasks.today.view": allow("grid_worker"),
    "tasks.whistle_defaults.list": allow(*_SEE),
    "tasks.whistle_defaults.change": allow("county_officer"),
    "tasks.indicators.view": allow(
        "community_officer",
        "street_officer",
        "county_officer",
        "department_officer",
        "secretariat",
        "approver",
        "auditor",
    ),
    "tasks.events.list": allow(
        *_DEPARTMENT, "community_officer", "street_officer", "county_officer", "auditor"
    ),
    "tasks.suggestions.submit": allow(*_EVERYBODY),
    "tasks.suggestions.list": allow(*_EVERYBODY),
    "tasks.suggestions.view": allow(*_EVERYBODY),
    "tasks.suggestions.reply": allow("system_admin"),
}
