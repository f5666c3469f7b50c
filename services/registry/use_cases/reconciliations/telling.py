"""Opening the differences a reconciliation kept, for a list or for a file."""

from collections.abc import Sequence
from dataclasses import replace

from services.common import paging
from services.common.paging import CursorNotValid
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.domain.reconciliations.views import Difference, Holder, Teller
from services.registry.store import sealed
from services.registry.store.reconciliations import differences
from services.registry.store.reconciliations.differences import Row, Wanted
from services.registry.store.store import Store
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.reconciliations.jobs import Whose, one


def wanted(kind: str | None, field: str | None, limit: int) -> Wanted:
    """The first page of these differences."""
    return Wanted(kind, field, 0, limit)


async def page(
    env: Importing, whose: Whose, text: str, asked: Wanted, after: str | None
) -> tuple[list[dict[str, object]], str | None]:
    """A page of differences in the order they were found, and the next cursor.

    Raises:
        ReconciliationNotFound: There is no such reconciliation.
    """
    job = await one(env, whose, text)
    bound, limit = (str(job.id), asked.kind, asked.field), asked.limit
    asked = replace(asked, after=_number(after, bound))
    async with env.store.read() as connection:
        rows = await differences.page(connection, whose.reading, job, asked)
    teller = Teller(env.store.catalogue, job.file.domain)
    shown = [teller.view(opened(env.store, job, row)) for row in rows[:limit]]
    following = paging.encode([rows[limit - 1]["no"]], bound) if len(rows) > limit else None
    return shown, following


def opened(store: Store, job: Reconciliation, row: Row) -> Difference:
    """What a row of the table says."""
    return Difference(
        row["no"],
        row["kind"],
        row["field"],
        row["row_no"],
        differences.unseal(store.sealer, job, row),
        _holder(store, row),
    )


def _holder(store: Store, row: Row) -> Holder | None:
    resident_id = row["resident_id"]
    if resident_id is None:
        return None
    secret = row["document_sealed"]
    number = sealed.open_document(store.sealer, resident_id, secret) if secret else None
    return Holder(str(resident_id), row["name"], row["grid"], row["document_kind"], number)


def _number(after: str | None, bound: object) -> int:
    if after is None:
        return 0
    keys: Sequence[object] = paging.decode(after, bound)
    if len(keys) != 1 or not isinstance(keys[0], int) or not 0 <= keys[0] < 1 << 31:
        raise CursorNotValid
    return keys[0]
