"""What assertions that were just kept open and close, and what is told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.common import outbox
from services.common.database import Connection
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.catalogue import Catalogue
from services.registry.store.corrections import Held
from services.registry.store.disagreements import verifications
from services.registry.store.disagreements.verifications import Claim, Opinion, Row, Source
from services.registry.use_cases.changes import Change

OPENED: Final = "registry.verification.opened.v1"
RESOLVED: Final = "registry.verification.resolved.v1"


async def keep(
    connection: Connection,
    catalogue: Catalogue,
    source: Source,
    claims: Sequence[Claim],
    opinions: Sequence[Opinion],
) -> None:
    """Withdraw what is settled and open what is contradicted: a statement for each, not a row."""
    settled = await verifications.withdraw(connection, source, opinions)
    opened = await verifications.open_for(connection, source, claims)
    county, now = source.county, source.at
    events = [
        event(catalogue, RESOLVED, county, row, now, outcome="withdrawn") for row in settled
    ] + [event(catalogue, OPENED, county, row, now) for row in opened]
    if events:
        await outbox.publish(connection, *events)


def event(
    catalogue: Catalogue,
    kind: str,
    county: str,
    row: Row | Mapping[str, Any],
    now: datetime,
    **more: Any,
) -> Event:
    """Tells whom and which field it is about; not what anybody said, nor what was found."""
    return Event(
        type=kind,
        subject=str(row["id"]),
        area=row["dwelling"][: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={
            "county": county,
            "resident": str(row["resident_id"]),
            "fields": [row["field"]],
            **more,
        },
        domain=catalogue[row["field"]].owner,
    )


async def keep_said(
    connection: Connection,
    catalogue: Catalogue,
    source: Source,
    held: Held,
    change: Change,
    *,
    settles: bool,
) -> None:
    """The same for one record that was corrected.

    Args:
        connection: In the transaction of the correction.
        catalogue: Of all fields.
        source: Who spoke.
        held: Of whom.
        change: What was said.
        settles: Whether it answers a contradiction: then it opens none.
    """
    contested = {row.field for row, _ in change.contested if not settles}
    claims = [
        Claim(held.id, row.field, row.assertion, row.value, row.sealed)
        for row, _ in change.contested
        if row.field in contested
    ]
    opinions = [
        Opinion(
            held.id,
            row.field,
            row.assertion,
            settles or change.is_decisive(catalogue[row.field]),
        )
        for row in change.said
        if row.field not in contested
    ]
    await keep(connection, catalogue, source, claims, opinions)
