"""What every process of the suite sets for itself once it has started."""

import gc
import sys
from typing import Final

_COLLECT_EVERY: Final = 10_000
"""Objects made and not yet freed, between two rounds over the youngest."""
_TURN_S: Final = 0.001


def settle_in() -> None:
    """Take what lives as long as the process out of the collector's rounds; share turns fairly.

    The collector walked all modules and routes again and again: an eighth of a look-up's time. And
    while a thread computes, as that of an import does, an answer that has come from the database
    waits for its turn: five milliseconds, unless said otherwise, and an import asks many times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, 20, 20)
    sys.setswitchinterval(_TURN_S)
