"""When what somebody says contradicts what the record shows, so that somebody must look.

Time passes and authority decides; neither is a contradiction. A department that speaks again, an
older value that arrives late, an owner that knows something newer: the record has an answer. It has
none when two sources disagree and only rank, or not even that, chose between them.
"""

from services.registry.domain.assertions import Assertion
from services.registry.domain.authority import Order


def contradicts(new: Assertion, shown: Assertion, order: Order) -> bool:
    """Whether a newcomer and what is shown cannot both be right, and nothing settles it.

    Args:
        new: What was just kept.
        shown: What the record showed until then.
        order: Of the field.
    """
    if new.value_key == shown.value_key or _source(new) == _source(shown):
        return False
    if new.observed_on == shown.observed_on:
        return True
    theirs, ours = order.of(new.speaker), order.of(shown.speaker)
    if new.observed_on < shown.observed_on:
        # Merely older, unless its rank puts it before what was seen later.
        return theirs.rank < ours.rank and theirs.bears(new.observed_on, shown.observed_on)
    if not ours.bears(shown.observed_on, new.observed_on):
        return False  # what is shown had grown too old to be held against it
    return theirs.rank >= ours.rank and new.speaker != shown.speaker


def _source(assertion: Assertion) -> tuple[str, str]:
    return assertion.method, assertion.speaker
