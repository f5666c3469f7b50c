"""What is kept of one resident, table by table; of others only offices and officers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.common.database import Connection
from services.registry.domain.readings import Reading

DOCUMENTS: Final = """
select kind, number_sealed, is_primary, issued_on, expires_on, recorded_at, ended_at, end_reason
from resident_documents where county = $1 and resident_id = $2
order by ended_at nulls first, is_primary desc, id
"""
HOUSEHOLDS: Final = """
select m.basis, m.household_id, m.relation, m.dwelling, a.address, lower(m.valid) as since,
    upper(m.valid) as until
from memberships m left join areas a on a.code = m.dwelling
where m.county = $1 and m.resident_id = $2 order by m.basis, lower(m.valid)
"""
LIFE_EVENTS: Final = """
select e.kind, e.occurred_on, s.role, e.legal_basis, e.recorded_at, e.organisation,
    e.recorded_by_name, e.reversed_at
from life_event_subjects s
join life_events e on (e.county, e.id) = (s.event_county, s.event_id)
where s.county = $1 and s.resident_id = $2 order by e.occurred_on, e.id
"""
DISPUTES: Final = """
select id, field, state, statement_sealed, opened_at, opened_organisation, decided_at,
    decided_organisation, reason_sealed
from disputes where county = $1 and resident_id = $2 order by id
"""
VERIFICATIONS: Final = """
select field, state, outcome, claim_domain, claim_organisation, claim_method, claim_observed_on,
    opened_at, resolved_at, resolved_organisation
from verifications where county = $1 and resident_id = $2 order by id
"""
ACCESSES: Final = """
select a.read_at, a.organisation, o.name_zh as organisation_name, a.reader_name as reader, a.role,
    a.purpose, a.operation, a.fields, a.request_id
from accesses a left join organisations o on o.code = a.organisation
where a.county = $1 and a.resident_id = $2 order by a.id desc
"""
PROVISIONS: Final = """
select p.provided_at, p.organisation, o.name_zh as organisation_name, p.recipient_name as recipient,
    p.fields, p.purpose, p.legal_basis, p.agreement, p.format
from provisions p join exports e on e.id = p.export_id
left join organisations o on o.code = p.organisation
where exists (select from accesses a where a.county = $1 and a.resident_id = $2
    and a.operation = 'registry.exports.start' and a.request_id = e.request_id)
order by p.id
"""
EMERGENCIES: Final = """
select e.opened_at, e.opened_organisation, e.opened_by_name, e.reason, r.verdict, r.reviewed_at
from emergency_accesses e left join emergency_reviews r on r.access_id = e.id
where e.county = $1 and e.resident_id = $2 order by e.opened_at
"""
CONSENTS: Final = """
select e.content ->> 'title' as title, c.notice_version, c.is_given, c.said_by, c.recorded_at,
    c.recorded_organisation, c.recorded_by_name
from consents c
left join register_entries e on (e.entry, e.version) = (c.notice, c.notice_version)
where c.county = $1 and c.resident_id = $2 order by c.id
"""
COPIES: Final = """
select made_at, made_by_name as made_by, organisation, requested_by, format
from personal_copies where county = $1 and resident_id = $2 order by id
"""
TABLES: Final[Mapping[str, str]] = {
    "documents": DOCUMENTS,
    "households": HOUSEHOLDS,
    "life_events": LIFE_EVENTS,
    "disputes": DISPUTES,
    "verifications": VERIFICATIONS,
    "accesses": ACCESSES,
    "consents": CONSENTS,
    "emergencies": EMERGENCIES,
    "provisions": PROVISIONS,
    "copies": COPIES,
}
ACCESS: Final = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
values ($9, $10, $1, $2, $3, $4, $5, $6, $7, $8)
"""
KEEP: Final = """
insert into personal_copies (county, id, resident_id, requested_by, format, size_bytes, sha256,
    made_by, made_by_name, organisation, request_id, made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def tables(
    connection: Connection, county: str, resident_id: UUID
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table about a resident."""
    return {
        name: [dict(row) for row in await connection.fetch(statement, county, resident_id)]
        for name, statement in TABLES.items()
    }


async def hand_over(
    connection: Connection,
    reading: Reading,
    key: tuple[str, UUID, UUID],
    fields: Sequence[str],
    copy: tuple[str, str, int, bytes, datetime],
) -> None:
    """Record the reading and the hand-over.

    Args:
        connection: Of the snapshot that was read.
        reading: Who handed it over.
        key: County, and the ids of the resident and of the hand-over.
        fields: All that was read.
        copy: Who asked, format, size, SHA-256 and instant.
    """
    county, resident_id, copy_id = key
    *what, made_at = copy
    await connection.execute(ACCESS, *reading.columns, list(fields), county, resident_id)
    who = (reading.reader, reading.reader_name, reading.organisation, reading.request_id)
    await connection.execute(KEEP, county, copy_id, resident_id, *what, *who, made_at)
