"""Which fields of other domains an organisation may be given today."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.common.database import Connection

# The newest version of an agreement counts, and an area of the receiver outside it is not covered.
STANDING: Final = """
select f.code, min(e.content ->> 'document_no') as document_no
from register_entries e, jsonb_array_elements_text(e.content -> 'fields') f (code)
where e.register = 'sharing_agreement' and e.receiver = $1
    and e.valid_from <= $2 and (e.valid_until is null or e.valid_until > $2)
    and not exists (select from register_entries n
        where n.entry = e.entry and n.version > e.version)
    and not exists (select from unnest($3::text[]) a (area) where not a.area ^@ e.area)
group by f.code
"""


async def standing(
    connection: Connection, organisation: str, today: date, areas: Sequence[str]
) -> Mapping[str, str]:
    """The number of an agreement for each field that one covers in all of these areas."""
    rows = await connection.fetch(STANDING, organisation, today, list(areas))
    return {row["code"]: row["document_no"] for row in rows}
