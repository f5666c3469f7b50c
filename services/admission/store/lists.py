"""The published lists: read whole, written a line at a time."""

from datetime import date
from typing import Any

from services.admission.domain.errors import AlreadyListed
from services.admission.domain.lists import ListName, NewDocument, NewEntry
from services.common.database import Connection

_HERE = "(jurisdiction = 'CN' or $1::text is null or $1 ^@ jurisdiction or jurisdiction ^@ $1)"
_THEN = """
($2::date is null or (effective_from <= $2 and (effective_to is null or effective_to >= $2)))
"""
_COMMON = """
'no', no, 'title', title, 'jurisdiction', jurisdiction, 'effective_from', effective_from,
'effective_to', effective_to, 'basis', basis
"""
CERTIFICATES = f"""
select coalesce(json_agg(json_build_object({_COMMON}, 'kind', kind, 'purpose', purpose,
    'process', process) order by jurisdiction = 'CN' desc, jurisdiction, no), '[]')::text
from certificates where {_HERE} and {_THEN} and kind = $3
"""
NEGATIVE = f"""
select coalesce(json_agg(json_build_object({_COMMON}, 'keywords', keywords)
    order by jurisdiction, no), '[]')::text
from negative_list where {_HERE} and {_THEN}
"""
DOCUMENTS = f"""
select coalesce(json_agg(json_build_object('id', id, 'level', level, 'jurisdiction', jurisdiction,
    'title', title, 'document_no', document_no, 'issuer', issuer, 'issued_on', issued_on)
    order by jurisdiction = 'CN' desc, jurisdiction, title), '[]')::text
from policy_documents where {_HERE}
"""
LOCK = "select pg_advisory_xact_lock(hashtext('admission.lists'))"
_ENTRY = """
json_build_object('jurisdiction', jurisdiction, 'no', no, 'title', title,
    'effective_from', effective_from, 'effective_to', effective_to)::text
"""
ADD_CERTIFICATE = f"""
insert into certificates (jurisdiction, no, effective_from, title, keywords, basis, how_to,
    purpose, process, kind)
select $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9
from certificates where jurisdiction = $1
returning {_ENTRY}
"""
ADD_NEGATIVE = f"""
insert into negative_list (jurisdiction, no, effective_from, title, keywords, basis, how_to)
select $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6
from negative_list where jurisdiction = $1
returning {_ENTRY}
"""
BEGAN = """
select effective_from from {table} where jurisdiction = $1 and no = $2 and effective_to is null
"""
END = f"""
update {{table}} set effective_to = $3
where jurisdiction = $1 and no = $2 and effective_to is null
returning {_ENTRY}
"""
ADD_DOCUMENT = """
insert into policy_documents (jurisdiction, level, title, document_no, issuer, issued_on)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing
returning json_build_object('id', id, 'jurisdiction', jurisdiction, 'level', level, 'title', title,
    'document_no', document_no, 'issuer', issuer, 'issued_on', issued_on)::text
"""


class ListReads:
    """Reads of the published lists, as JSON arrays.

    Args:
        connection: Open.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def entries(self, name: ListName, within: str | None, on: date | None) -> bytes:
        """Lines of a list that concern an area, in force on a day."""
        if name is ListName.NEGATIVE:
            return await self._text(NEGATIVE, within, on)
        return await self._text(CERTIFICATES, within, on, name)

    async def documents(self, within: str | None) -> bytes:
        """Policy documents that concern an area."""
        return await self._text(DOCUMENTS, within)

    async def _text(self, statement: str, *values: Any) -> bytes:
        return bytes(await self._connection.fetchval(statement, *values), "utf-8")


class ListWrites:
    """Changes of the published lists, in the use case's transaction.

    Args:
        connection: In the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, name: ListName, entry: NewEntry) -> bytes:
        """Add a line under the next number of its jurisdiction."""
        await self._connection.execute(LOCK)
        shared = (
            entry.jurisdiction,
            entry.effective_from,
            entry.title,
            list(entry.keywords),
            entry.basis,
            entry.how_to,
        )
        if name is ListName.NEGATIVE:
            text = await self._connection.fetchval(ADD_NEGATIVE, *shared)
        else:
            text = await self._connection.fetchval(
                ADD_CERTIFICATE, *shared, entry.purpose, entry.process, name
            )
        return bytes(text, "utf-8")

    async def began(self, name: ListName, jurisdiction: str, number: int) -> date | None:
        """First day of a line that has no end so far."""
        statement = BEGAN.format(table=_table(name))
        found: date | None = await self._connection.fetchval(statement, jurisdiction, number)
        return found

    async def end(self, name: ListName, jurisdiction: str, number: int, last: date) -> bytes:
        """Let a line end on a day."""
        statement = END.format(table=_table(name))
        text = await self._connection.fetchval(statement, jurisdiction, number, last)
        return bytes(text, "utf-8")

    async def add_document(self, document: NewDocument) -> bytes:
        """Add a policy document; raises `AlreadyListed`."""
        text = await self._connection.fetchval(
            ADD_DOCUMENT,
            document.jurisdiction,
            document.level,
            document.title,
            document.document_no,
            document.issuer,
            document.issued_on,
        )
        if text is None:
            raise AlreadyListed
        return bytes(text, "utf-8")


def _table(name: ListName) -> str:
    return "negative_list" if name is ListName.NEGATIVE else "certificates"
