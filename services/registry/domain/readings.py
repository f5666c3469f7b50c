"""A reading of personal data: who looks, in whose name, for what, through which operation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """What an access record says of its reader.

    Attributes:
        areas: Prefixes the reader may see; a record outside them is not found.
        reader: Subject of the token.
        reader_name: What people call it.
        role: The role it reads in.
        organisation: Organisation code.
        purpose: Stated purpose code.
        operation: Operation id.
        request_id: Of the request, to find it in logs.
    """

    areas: tuple[str, ...]
    reader: str
    reader_name: str
    role: str
    organisation: str
    purpose: str
    operation: str
    request_id: str | None

    @property
    def columns(self) -> tuple[str, str, str, str, str, str, str | None]:
        """The values of an access record, in the order in which the statements take them."""
        return (
            self.reader,
            self.reader_name,
            self.role,
            self.organisation,
            self.purpose,
            self.operation,
            self.request_id,
        )
