"""What one row of a department changes in the record.

The rule is `domain.assertions`: every value is an assertion, the record shows the greatest. A
resident is registered only when name and identity number are there, and is placed in the county
without a dwelling: an address in a sheet does not say which dwelling it is.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.sealing import Sealer
from services.registry.domain import assertions, names, search
from services.registry.domain.assertions import Assertion, Baseline
from services.registry.domain.authority import RESIDENT, Matrix
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.imports import outcomes
from services.registry.domain.imports.columns import NAME
from services.registry.domain.imports.jobs import Sender
from services.registry.domain.imports.rows import Fault, ImportRow
from services.registry.domain.verifications import contradicts
from services.registry.store import sealed
from services.registry.store.imports.writes import Held, Said
from services.registry.use_cases.romanise import romanise

FORMER: Final = "former_name"
_CHECKED: Final = frozenset({"sex", "born_on"})


@dataclass(slots=True)
class Merged:
    """What a row does.

    Attributes:
        row: The row.
        held: The resident it is about; None when it registers one.
        resident_id: Of that resident.
        columns: Columns to write.
        facts: Entries to write.
        said: Assertions to keep.
        before: What was shown until now, to keep where nobody asserted anything yet.
        shown: Fields whose shown value or day changes.
        contested: What was said that contradicts what was shown, and what that was.
        conflict: The name differs from the registered one.
    """

    row: ImportRow
    held: Held | None
    resident_id: UUID
    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    before: list[Said] = field(default_factory=list)
    shown: list[Field] = field(default_factory=list)
    contested: list[tuple[Said, Assertion]] = field(default_factory=list)
    conflict: Fault | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the record of a resident who was there shows something new."""
        return self.held is not None and bool(self.shown)

    @property
    def outcome(self) -> str:
        """What became of the row, as the tables have it."""
        if self.held is None:
            return outcomes.CREATED
        return outcomes.CHANGED if self.shown else outcomes.UNCHANGED


class Merger:
    """Merges the rows of one import.

    Args:
        sealer: Seals and compares.
        catalogue: All fields.
        matrix: The active authority matrix.
        sender: Who says what the rows say.
    """

    def __init__(
        self, sealer: Sealer, catalogue: Catalogue, matrix: Matrix, sender: Sender
    ) -> None:
        self._sealer = sealer
        self._catalogue = catalogue
        self._matrix = matrix
        self._domain = sender.domain
        self._owns_names = catalogue[NAME].owner == sender.domain
        self._name_heading = sender.headings.get(NAME, "")

    def merge(self, row: ImportRow, held: Held | None, resident_id: UUID) -> Merged:
        """What a row does to the resident it is about, or registers under a new id."""
        merged = Merged(row, held, resident_id)
        observed_on = row.observed_on
        assert observed_on is not None  # noqa: S101 — staged rows always have a day
        for code, value in self._statements(row, held):
            field_ = self._catalogue[code]
            if held is None or not self._says_nothing_new(held, field_, value, observed_on):
                self._fold(merged, field_, value, observed_on)
        if held is None:
            self._register(merged)
        elif {NAME, "name_ko"} & merged.columns.keys() or FORMER in merged.facts:
            _rename(merged, held.columns)
        if held is not None and row.name is not None:
            merged.conflict = self._conflict(row.name, held.columns[NAME])
        return merged

    def agrees(self, held: Held, code: str, value: Any) -> bool:
        """Whether the record shows this value of a field, whoever said it and when."""
        field_ = self._catalogue[code]
        is_there = not field_.is_fact or code == "phone" or code in held.facts
        return is_there and self._is_value(held, field_, value)

    def _statements(self, row: ImportRow, held: Held | None) -> Iterator[tuple[str, Any]]:
        """What the row says, without what only served to find and check the person.

        Of a department that does not own them, sex and birth date were compared with the identity
        number, and a name that is the registered one says nothing where its word could not count.
        """
        if row.name is not None and not self._repeats_name(held, row.name):
            yield NAME, row.name
        for code, value in row.values.items():
            if self._owns_names or code not in _CHECKED:
                yield code, value

    def _repeats_name(self, held: Held | None, name: str) -> bool:
        """Whether a name is the shown one, said by somebody whose word always goes before."""
        if held is None or held.columns[NAME] != name:
            return False
        owner = self._catalogue[NAME].owner
        entry = held.facts.get(NAME)
        speaker = owner if entry is None else entry["domain"] or RESIDENT
        order = self._matrix.order(self._catalogue[NAME])
        return not order.ages and order.of(speaker).rank < order.of(self._domain).rank

    def _says_nothing_new(self, held: Held, field_: Field, value: Any, observed_on: date) -> bool:
        """Whether exactly this statement is the shown one already; a file that came before."""
        entry = held.facts.get(field_.code)
        if entry is None:
            return False
        return (
            entry["observed_on"] == observed_on.isoformat()
            and entry["domain"] == self._domain
            and entry["source"] == "department_push"
            and "observed_at" not in entry
            and self._is_value(held, field_, value)
        )

    def _is_value(self, held: Held, field_: Field, value: Any) -> bool:
        """Whether this is the value the record shows."""
        if field_.code == "phone":
            return held.phone_index in sealed.phone_indexes(self._sealer, value)
        if not field_.is_fact:
            return bool(held.columns[field_.code] == value)
        entry = held.facts[field_.code]
        if "index" in entry:
            return entry["index"] in sealed.fact_indexes(self._sealer, field_.code, value)
        known = entry.get("value")
        # 60 and 60.0 are one area; True and 1 are not one value.
        return isinstance(known, bool) == isinstance(value, bool) and bool(known == value)

    def _fold(self, merged: Merged, field_: Field, value: Any, observed_on: date) -> None:
        key, text, secret = self._forms(merged.resident_id, field_, value)
        said = Assertion(key, "department_push", self._domain, observed_on)
        index = bytes.fromhex(key) if secret is not None else None
        merged.said.append(Said(merged.resident_id, field_.code, said, text, secret, index))
        present = self._present(merged.held, field_)
        if merged.held is None or present is None:
            self._show(merged, field_, value, merged.said[-1])
            return
        if field_.code not in merged.held.asserted:
            merged.before.append(present)
        order, old = self._matrix.order(field_), present.assertion
        if contradicts(said, old, order):
            merged.contested.append((merged.said[-1], old))
        others = merged.held.kept.get(field_.code, ())
        best = assertions.shown([said, old, *[k.assertion for k in others]], order)
        if best in (old, said):
            if best != old:
                self._show(merged, field_, value, merged.said[-1])
            return
        # What was shown has grown too old, and another one is before the new one.
        kept = next(k for k in others if k.assertion is best)
        again = Said(merged.held.id, field_.code, best, kept.value, kept.sealed, kept.index)
        self._show(merged, field_, kept.opened(self._sealer), again)

    def _forms(
        self, resident_id: UUID, field_: Field, value: Any
    ) -> tuple[str, str | None, bytes | None]:
        if not field_.is_sealed:
            text = orjson.dumps(value).decode()
            return text, text, None
        key = sealed.value_key(self._sealer, field_.code, value)
        return key, None, sealed.seal_value(self._sealer, resident_id, field_.code, value)

    def _present(self, held: Held | None, field_: Field) -> Said | None:
        """What is shown now and where it comes from; None when nobody said anything."""
        if held is None:
            return None
        entry = held.facts.get(field_.code)
        found = self._stored(held, field_, entry)
        if found is None:
            return None
        key, text, secret = found
        assertion = assertions.from_entry(entry, key, Baseline(field_.owner, held.observed_on))
        index = bytes.fromhex(key) if secret is not None else None
        return Said(held.id, field_.code, assertion, text, secret, index)

    def _stored(
        self, held: Held, field_: Field, entry: Mapping[str, Any] | None
    ) -> tuple[str, str | None, bytes | None] | None:
        """The key, JSON and sealed JSON of what is shown."""
        if field_.code == "phone" and held.phone_sealed is not None:
            return self._stored_phone(held, field_, held.phone_sealed)
        if entry is not None and "sealed" in entry:
            key = sealed.key_of_fact(self._sealer, held.id, field_.code, entry)
            return key, None, base64.b64decode(entry["sealed"])
        if entry is not None and field_.is_fact:
            text = orjson.dumps(entry.get("value")).decode()
            return text, text, None
        value = None if field_.is_fact else held.columns.get(field_.code)
        if value is None and entry is None:
            return None
        text = orjson.dumps(value).decode()
        return text, text, None

    def _stored_phone(
        self, held: Held, field_: Field, phone: bytes
    ) -> tuple[str, str | None, bytes | None]:
        index = None if sealed.is_rotating(self._sealer) else held.phone_index
        if "phone" in held.asserted and index is not None:
            return index.hex(), None, None  # kept already: only the key is needed
        return self._forms(held.id, field_, sealed.open_phone(self._sealer, held.id, phone))

    def _show(self, merged: Merged, field_: Field, value: Any, said: Said) -> None:
        stored: dict[str, Any] = {}
        if field_.is_fact and said.sealed is not None:
            sealed_text = base64.b64encode(said.sealed).decode()
            stored = {"sealed": sealed_text, "index": said.assertion.value_key}
        elif field_.is_fact:
            stored = {"value": value}
        elif field_.code == "phone":
            merged.columns["phone_sealed"] = sealed.seal_phone(
                self._sealer, merged.resident_id, value
            )
            merged.columns["phone_index"] = said.index  # a telephone's key is its blind index
        elif merged.held is None or merged.held.columns.get(field_.code) != value:
            merged.columns[field_.code] = (
                date.fromisoformat(value) if field_.type == "date" else value
            )
        merged.facts[field_.code] = assertions.entry_of(said.assertion, stored)
        merged.shown.append(field_)

    def _register(self, merged: Merged) -> None:
        row = merged.row
        merged.columns |= {
            "sex": row.sex,
            "born_on": row.born_on,
            "document_sealed": sealed.seal_document(self._sealer, merged.resident_id, row.document),
        }
        if sealed.is_rotating(self._sealer):
            indexes = sealed.document_indexes(self._sealer, sealed.RESIDENT_ID, row.document)
            merged.columns["document_indexes"] = indexes
        _rename(merged, {})

    def _conflict(self, name: str, registered: str) -> Fault | None:
        """A doubt about the name, with both names masked; the owner's own name is no doubt."""
        if name == registered or self._owns_names:
            return None
        reason = f"姓名与登记的不一致(表中为{names.mask(name)},登记为{names.mask(registered)})"
        if romanise(name) == romanise(registered):
            reason += ",读音相同,可能是同音字"
        return Fault(self._name_heading, "name-differs", reason, is_warning=True)


def _rename(merged: Merged, present: Mapping[str, Any]) -> None:
    """Keep pinyin and search keys in step with the names."""
    now = {**present, **merged.columns}
    if NAME in merged.columns:
        now["name_pinyin"] = merged.columns["name_pinyin"] = romanise(now[NAME])
    facts = {**(merged.held.facts if merged.held else {}), **merged.facts}
    former = (facts.get(FORMER) or {}).get("value")
    keys = search.keys_of(now[NAME], now.get("name_ko"), now.get("name_pinyin"), former)
    merged.columns["name_keys"] = keys
