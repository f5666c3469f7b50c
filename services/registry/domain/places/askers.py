"""Who asks for something about areas."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asker:
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
