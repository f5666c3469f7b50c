"""Verifications: opened with the assertion that contradicts, closed when somebody looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain import scopes
from services.registry.domain.assertions import Assertion
from services.registry.domain.readings import Reading
from services.registry.store.row_ids import new_ids

Row: TypeAlias = asyncpg.Record

# One for a resident and field at a time, and none for a claim that was judged before.
OPEN: Final = """
with opened as (
insert into verifications (county, id, resident_id, field, claim_key, claim_value, claim_sealed,
    claim_method, claim_domain, claim_observed_on, claim_organisation, import_id, opened_at)
select $1, g.*, $2, $3, $4
from unnest($13::uuid[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::bytea[], $10::text[],
    $11::text[], $12::date[])
    as g (id, resident_id, field, claim_key, claim_value, claim_sealed, claim_method, claim_domain,
        claim_observed_on)
where (
    select true from verifications v
    where (v.county, v.resident_id, v.field) = ($1, g.resident_id, g.field)
        and v.claim_method = g.claim_method and v.claim_key = g.claim_key
        and v.claim_domain is not distinct from g.claim_domain
    limit 1) is null
on conflict (county, resident_id, field) where state = 'open' do nothing
returning county, id, resident_id, field)
select o.id, o.resident_id, o.field, r.dwelling
from opened o join residents r on (r.county, r.id) = (o.county, o.resident_id)
"""
# `limit` keeps this a look-up by resident: the planner would read all that are open in the county.
CONTESTED: Final = """
select r.id from unnest($2::uuid[]) as r (id)
where (
    select true from verifications v
    where v.county = $1 and v.resident_id = r.id and v.state = 'open'
    limit 1)
"""
# The claimant says something else by now, or somebody spoke whose word comes first.
WITHDRAW: Final = """
with withdrawn as (
update verifications v set state = 'withdrawn', resolved_at = $2
from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::date[], $8::boolean[])
    as g (resident_id, field, method, domain, observed_on, is_decisive)
where exists (select from verifications where county = $1 and state = 'open')
    and (v.county, v.resident_id, v.field) = ($1, g.resident_id, g.field) and v.state = 'open'
    and (g.is_decisive
        or (v.claim_method = g.method and v.claim_domain is not distinct from g.domain
            and v.claim_observed_on <= g.observed_on))
returning v.county, v.id, v.resident_id, v.field)
select w.id, w.resident_id, w.field, r.dwelling
from withdrawn w join residents r on (r.county, r.id) = (w.county, w.resident_id)
"""
_VIEW: Final = """
v.county, v.id, v.resident_id, v.field, v.state, v.claim_value::text as claim_value, v.claim_sealed,
v.claim_method, v.claim_domain, v.claim_organisation, v.claim_observed_on, v.opened_at, v.outcome,
v.resolved_by_name, v.resolved_organisation, v.resolved_at, v.note_sealed,
r.name, r.dwelling, r.version, r.observed_on, r.phone_sealed, (r.facts -> v.field)::text as entry,
(to_jsonb(r) -> v.field)::text as shown
"""
PAGE: Final = f"""
with found as (
    select {_VIEW}
    from verifications v join residents r on (r.county, r.id) = (v.county, v.resident_id)
    where v.county >= left($9, 6) and v.county < $10 and r.dwelling >= $9 and r.dwelling < $10
        and v.state = $11 and v.field = any ($12) and v.id > $13
    order by v.id limit $14),
shown as (select * from found order by id limit $14 - 1),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, resident_id, $1, $2, $3, $4, $5, $6, $7,
        array_agg(distinct field) || $8::text[] from shown group by county, resident_id)
select * from found order by id
"""
ONE: Final = """
select v.county, v.resident_id, v.field
from verifications v join residents r on (r.county, r.id) = (v.county, v.resident_id)
where v.county = any ($1) and v.id = $2 and r.dwelling ^@ any ($3)
"""
RESOLVE: Final = """
update verifications set state = 'resolved', outcome = $3, resolved_by = $4, resolved_by_name = $5,
    resolved_organisation = $6, resolved_at = $7, note_sealed = $8
where (county, id) = ($1, $2) and state = 'open' returning id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """An assertion that contradicts what is shown.

    Attributes:
        resident_id: Of whom.
        field: Code.
        assertion: Who said it, and when.
        value: JSON text; None where it is sealed.
        sealed: Sealed JSON; None where it is not.
    """

    resident_id: UUID
    field: str
    assertion: Assertion
    value: str | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """An assertion that contradicts nothing.

    Attributes:
        resident_id: Of whom.
        field: Code.
        assertion: Who said it.
        is_decisive: Whether its speaker's word comes first.
    """

    resident_id: UUID
    field: str
    assertion: Assertion
    is_decisive: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Who spoke.

    Attributes:
        county: Of the residents.
        organisation: Of the speaker.
        import_id: With which file.
        at: When.
    """

    county: str
    organisation: str
    import_id: UUID | None
    at: datetime


async def open_for(connection: Connection, source: Source, claims: Sequence[Claim]) -> list[Row]:
    """Open verifications where there is none yet: id, resident, field, dwelling of the new."""
    if not claims:
        return []
    said = [claim.assertion for claim in claims]
    return await connection.fetch(
        OPEN,
        source.county,
        source.organisation,
        source.import_id,
        source.at,
        [claim.resident_id for claim in claims],
        [claim.field for claim in claims],
        [a.value_key for a in said],
        [claim.value for claim in claims],
        [claim.sealed for claim in claims],
        [a.method for a in said],
        [a.domain for a in said],
        [a.observed_on for a in said],
        new_ids(len(claims)),
    )


async def contested(
    connection: Connection, county: str, residents: Sequence[UUID]
) -> frozenset[UUID]:
    """Those of whom a verification is open."""
    rows = await connection.fetch(CONTESTED, county, residents)
    return frozenset(row["id"] for row in rows)


async def withdraw(
    connection: Connection, source: Source, opinions: Sequence[Opinion]
) -> list[Row]:
    """Close those that nobody need look at any more: id, resident, field, dwelling of them."""
    if not opinions:
        return []
    return await connection.fetch(
        WITHDRAW,
        source.county,
        source.at,
        [o.resident_id for o in opinions],
        [o.field for o in opinions],
        [o.assertion.method for o in opinions],
        [o.assertion.domain for o in opinions],
        [o.assertion.observed_on for o in opinions],
        [o.is_decisive for o in opinions],
    )


async def page(  # noqa: PLR0913 — who reads, and what is asked
    connection: Connection,
    reading: Reading,
    *,
    within: str,
    state: str,
    fields: Sequence[str],
    after: UUID,
    limit: int,
) -> list[Row]:
    """Verifications of an area in the order of opening, one more than the limit.

    The accesses to what is shown are recorded.
    """
    return await connection.fetch(
        PAGE,
        *reading.columns,
        ["name", "dwelling"],
        *scopes.range_of(within),
        state,
        fields,
        after,
        limit + 1,
    )


async def one(
    connection: Connection,
    counties: Sequence[str],
    verification_id: UUID,
    areas: Sequence[str],
) -> tuple[str, UUID, str] | None:
    """County, resident and field of a verification in these areas, or None."""
    row = await connection.fetchrow(ONE, counties, verification_id, areas)
    return (row["county"], row["resident_id"], row["field"]) if row else None


async def resolve(
    connection: Connection,
    key: tuple[str, UUID],
    reading: Reading,
    *,
    outcome: str,
    at: datetime,
    note: bytes | None,
) -> bool:
    """Write what was found; False when it was over before."""
    who = (reading.reader, reading.reader_name, reading.organisation)
    return await connection.fetchval(RESOLVE, *key, outcome, *who, at, note) is not None
