"""How long and how hard is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: How often each contestant runs.
        seconds: Of each contestant, over all rounds.
        connections: Kept open by wrk and pgbench.
    """

    rounds: int
    seconds: float
    connections: int

    @property
    def once_s(self) -> float:
        """Seconds of one round of one contestant."""
        return max(1.0, self.seconds / self.rounds)
