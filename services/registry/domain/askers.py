"""Who asks, as far as it decides what may be asked, told or said."""

from dataclasses import dataclass

from services.registry.domain.assertions import Method, method_of


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    Attributes:
        roles: Of the caller.
        domains: Of the caller.
    """

    roles: frozenset[str]
    domains: frozenset[str]

    @property
    def method(self) -> Method:
        """How the caller learnt what it says: on a visit, or in its department."""
        return method_of(self.roles)
