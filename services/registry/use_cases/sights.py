"""Looking at one resident in another way than as it is shown now."""

from dataclasses import replace
from uuid import UUID

from services.common.clock import Clock, utc_now
from services.common.idempotency import Answer
from services.registry.domain.readings import Reading
from services.registry.domain.sights import Sight
from services.registry.store.residents import Selection
from services.registry.store.store import Store
from services.registry.use_cases import histories, residents
from services.registry.use_cases.authority import explaining


async def see(
    store: Store,
    reading: Reading,
    wanted: Selection,
    resident_id: UUID,
    sight: Sight,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """The resident with an id, explained or as it was.

    Raises:
        ResidentNotFound: There is none, none whom the caller may see, or it was not there yet.
    """
    if sight.is_explained:
        return await explaining.by_id(store, reading, wanted, resident_id)
    if sight.valid_on is None and sight.known_at is None:
        return await residents.by_id(store, reading, wanted, resident_id)
    known = replace(sight, known_at=sight.known_at or clock())
    return await histories.as_of(store, reading, wanted, resident_id, known)
