"""Who decides something for an organisation: on areas, on whose word counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Officer:
    """What decides whether somebody may, and what is kept of who did.

    Attributes:
        areas: Prefixes the caller acts in.
        roles: Of the caller.
        by: Subject of the token.
        name: What people call the caller.
        organisation: Code.
    """

    areas: tuple[str, ...]
    roles: frozenset[str]
    by: str
    name: str
    organisation: str
