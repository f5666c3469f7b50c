"""What takes longer than a caller waits: applying a version, counting what one would change."""

from collections.abc import Mapping

from services.common.timers import Handler
from services.registry.store.store import Store
from services.registry.use_cases.authority import applying, simulations


def handlers(store: Store) -> Mapping[str, Handler]:
    """The handlers of the authority matrix, for a loop of their own."""
    return {**applying.handlers(store), **simulations.handlers(store)}
