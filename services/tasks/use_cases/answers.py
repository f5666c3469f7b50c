"""What a caller is told about a record it made or changed."""

from services.common.idempotency import Answer
from services.tasks.store.views import Shown

_CREATED = 201


def shown(record: Shown) -> Answer:
    """A record as it is now, with its ETag."""
    return Answer(record.body, headers=(("ETag", f'"{record.version}"'),))


def created(record: Shown, location: str) -> Answer:
    """A record just made, with its ETag and where it is, relative to the service."""
    headers = (("ETag", f'"{record.version}"'), ("Location", location))
    return Answer(record.body, _CREATED, headers)
