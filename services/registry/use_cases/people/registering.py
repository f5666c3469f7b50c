"""Putting one resident into the record, with a document or without."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.common.ids import new_id
from services.registry.domain import documents, names, search
from services.registry.domain.readings import Reading
from services.registry.store import sealed
from services.registry.store.people import registering
from services.registry.store.people.registering import Row, Sealed
from services.registry.store.store import Store, Tx
from services.registry.use_cases.romanise import romanise

_Told = TypeVar("_Told", str, date)


class DocumentAlreadyKnown(DomainError):
    """Somebody is registered with this document."""

    kind = Kind.CONFLICT
    title = "The document is another's"
    title_zh = "该证件已登记在他人名下"
    title_ko = "이 증명서는 이미 다른 사람에게 등록되여 있습니다"


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be registered.

    Attributes:
        name: As on the document.
        sex: GB/T 2261.1; told by an identity number where that is given.
        born_on: Likewise.
        name_ko: In Hangul.
        residency: Kind of residency.
        usual_language: Code.
        document: Kind and number.
        relation: To the head of the household, where it is known.
        id: Key to be.
    """

    name: str
    sex: str = "0"
    born_on: date | None = None
    name_ko: str | None = None
    residency: str | None = None
    usual_language: str | None = None
    document: tuple[str, str] | None = None
    relation: str | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a newcomer lives from when on."""

    dwelling: str
    residency: str
    observed_on: date
    household_id: UUID | None = None
    relation: str | None = None


def checked(store: Store, given: Newcomer, today: date, pointer: str) -> Newcomer:
    """A newcomer whose values fit each other; sex and birth date come from an identity number.

    Raises:
        ValidationFailed: A code does not exist, or a value contradicts the number.
        IdNumberInvalid: The number cannot exist.
    """
    sets = {"sex": given.sex, "residency": given.residency, "language": given.usual_language}
    for name, value in sets.items():
        if value is not None and value not in store.catalogue.code_sets[name]:
            raise _fault(f"{pointer}/{name}", "code", f"This is no code of the set {name}.")
    if given.born_on is not None and given.born_on > today:
        raise _fault(f"{pointer}/born_on", "future", "A birth date lies not in the future.")
    sex, born_on, document = given.sex, given.born_on, given.document
    if document is not None:
        paper = documents.read(*document, today)
        document = (paper.kind, paper.number)
        if paper.born_on is not None and paper.sex is not None:
            sex = _same(f"{pointer}/sex", given.sex if given.sex in "12" else None, paper.sex)
            born_on = _same(f"{pointer}/born_on", given.born_on, paper.born_on)
    return Newcomer(
        names.normalise(given.name),
        sex,
        born_on,
        names.normalise(given.name_ko) if given.name_ko else None,
        given.residency,
        given.usual_language,
        document,
        given.relation,
        given.id,
    )


async def write(store: Store, tx: Tx, given: Newcomer, place: Place, reading: Reading) -> None:
    """Write a newcomer.

    Raises:
        DocumentAlreadyKnown: Somebody has the document; says who, to those who may see that.
    """
    pinyin = romanise(given.name)
    row = Row(
        id=given.id,
        name=given.name,
        name_ko=given.name_ko,
        name_pinyin=pinyin,
        name_keys=search.keys_of(given.name, given.name_ko, pinyin),
        sex=given.sex,
        born_on=given.born_on,
        document=seal(store, given.id, given.document) if given.document else None,
        residency=place.residency,
        dwelling=place.dwelling,
        usual_language=given.usual_language,
        household_id=place.household_id,
        relation=place.relation,
        observed_on=place.observed_on,
    )
    if row.document is not None:
        await require_free(tx, row.document, reading.areas)
    why = f"{reading.operation} {reading.purpose} {reading.request_id}"
    if not await registering.register(tx.connection, row, reading.reader, why):
        raise DocumentAlreadyKnown  # registered between the question and the answer


def seal(store: Store, resident_id: UUID, document: tuple[str, str]) -> Sealed:
    """A checked document as it is stored."""
    kind, number = document
    index, *others = sealed.document_indexes(store.sealer, kind, number)
    return Sealed(kind, sealed.seal_document(store.sealer, resident_id, number), index, others)


def known(store: Store, resident_id: UUID, paper: Sealed) -> Sealed:
    """A document as it was read, with all it may be found by."""
    if not sealed.is_rotating(store.sealer):
        return paper
    number = sealed.open_document(store.sealer, resident_id, paper.number)
    index, *others = sealed.document_indexes(store.sealer, paper.kind, number)
    return replace(paper, index=index, others=others)


async def require_free(tx: Tx, paper: Sealed, areas: Sequence[str]) -> None:
    """Pass when nobody has a document.

    Raises:
        DocumentAlreadyKnown: Somebody has; says who, to those who may see that.
    """
    found = await registering.holder(tx.connection, paper.kind, paper.index, areas)
    if found is not None:
        holder, is_visible = found
        raise DocumentAlreadyKnown(**({"resident": str(holder)} if is_visible else {}))


def _same(pointer: str, given: _Told | None, told: _Told) -> _Told:
    if given is not None and given != told:
        raise _fault(pointer, "contradicts-document", "It contradicts the identity number.")
    return told


def _fault(pointer: str, code: str, detail: str) -> ValidationFailed:
    return ValidationFailed(Fault(pointer, code, detail))
