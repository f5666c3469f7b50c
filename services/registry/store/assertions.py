"""What was kept of everything anybody said, read back to choose again or to explain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.assertions import Assertion
from services.registry.store import sealed

# `offset 0` keeps this a walk by resident: the key has no field, but a resident has few rows.
KEPT: Final = """
select id, resident_id, field, value::text as value, value_sealed, value_index, method, domain,
    organisation, collector, observed_on, observed_at, recorded_at
from (select * from assertions where county = $1 and resident_id = any ($2) offset 0) a
where field = any ($3)
order by resident_id, id
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept assertion.

    Attributes:
        id: Its own.
        resident_id: Of whom.
        field: Code.
        assertion: Who said it, and when.
        organisation: Of the one who said it.
        recorded_at: When the registry learnt it.
        value: JSON text; None where it is sealed.
        sealed: Sealed JSON; None where it is not.
    """

    id: UUID
    resident_id: UUID
    field: str
    assertion: Assertion
    organisation: str | None
    recorded_at: datetime
    value: str | None
    sealed: bytes | None

    def opened(self, sealer: Sealer) -> Any:
        """The value itself; raises `SealBroken`."""
        if self.sealed is None:
            return orjson.loads(self.value or "null")
        return sealed.open_value(sealer, self.resident_id, self.field, self.sealed)

    @property
    def index(self) -> bytes | None:
        """The blind index of a sealed value."""
        return None if self.sealed is None else bytes.fromhex(self.assertion.value_key)


async def kept(
    connection: Connection,
    sealer: Sealer,
    county: str,
    ids: Sequence[UUID],
    fields: Iterable[str],
) -> list[Kept]:
    """Assertions of residents of a county about some fields, by resident and as they came."""
    rows = await connection.fetch(KEPT, county, ids, list(fields))
    return [_kept(row, sealer) for row in rows]


def by_resident(rows: Iterable[Kept]) -> Mapping[UUID, Mapping[str, Sequence[Kept]]]:
    """The same by resident and field."""
    found: dict[UUID, dict[str, list[Kept]]] = {}
    for row in rows:
        found.setdefault(row.resident_id, {}).setdefault(row.field, []).append(row)
    return found


def _kept(row: Any, sealer: Sealer) -> Kept:
    key, text = _key(row, sealer)
    said = Assertion(key, row["method"], row["domain"], row["observed_on"], row["observed_at"])
    return Kept(
        row["id"],
        row["resident_id"],
        row["field"],
        said,
        row["organisation"],
        row["recorded_at"],
        text,
        row["value_sealed"],
    )


def _key(row: Any, sealer: Sealer) -> tuple[str, str | None]:
    """What equal values share, and the JSON text of a value that is not sealed."""
    secret, index = row["value_sealed"], row["value_index"]
    if secret is None:
        # jsonb's own text is not that of the values it is compared with.
        text = orjson.dumps(orjson.loads(row["value"] or "null")).decode()
        return text, text
    if index is not None and not sealed.is_rotating(sealer):
        return index.hex(), None
    value = sealed.open_value(sealer, row["resident_id"], row["field"], secret)
    return sealed.value_key(sealer, row["field"], value), None
