"""What new assertions do to one held record: what is kept, what is shown from now on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.clock import local_day
from services.common.sealing import Sealer
from services.registry.domain import assertions, search
from services.registry.domain.assertions import Assertion, Baseline, Method
from services.registry.domain.authority import Matrix
from services.registry.domain.catalogue import Field
from services.registry.domain.verifications import contradicts
from services.registry.store import sealed
from services.registry.store.assertions import Kept
from services.registry.store.corrections import AssertionRow, Held
from services.registry.use_cases.romanise import romanise

_FORMER: Final = "former_name"
_SEARCHED: Final = frozenset({"name", "name_ko", _FORMER})


class Change:
    """A change to a held record, one assertion after the other.

    Args:
        sealer: Seals and compares.
        held: The record, locked.
        matrix: The active one, read in this transaction.
        kept: All that was kept of fields in which an assertion can grow too old.

    Attributes:
        before: What was shown of each field, to be kept where nobody asserted anything yet.
        said: The new assertions.
        facts: All entries from now on.
        shown: The fields spoken of, and their values as shown from now on.
        contested: New assertions that contradict what was shown, and what that was.
    """

    def __init__(
        self,
        sealer: Sealer,
        held: Held,
        matrix: Matrix,
        kept: Mapping[str, Sequence[Kept]] | None = None,
    ) -> None:
        self._sealer = sealer
        self._held = held
        self._matrix = matrix
        self._kept = kept or {}
        self._columns: dict[str, Any] = {}
        self.before: list[AssertionRow] = []
        self.said: list[AssertionRow] = []
        self.facts: dict[str, Any] = dict(held.facts)
        self.shown: dict[Field, Any] = {}
        self.contested: list[tuple[AssertionRow, Assertion]] = []
        self._decisive: set[str] = set()

    @property
    def columns(self) -> Mapping[str, Any]:
        """Columns to write; a new name brings its reading and its search keys along."""
        if not _SEARCHED & {*self._columns, *(field.code for field in self.shown)}:
            return self._columns
        written = dict(self._columns)
        names = {**self._held.columns, **written}
        if "name" in written:
            names["name_pinyin"] = written["name_pinyin"] = romanise(names["name"])
        former = (self.facts.get(_FORMER) or {}).get("value")
        keys = search.keys_of(names["name"], names["name_ko"], names["name_pinyin"], former)
        return {**written, "name_keys": list(keys)}

    def say(
        self, field: Field, value: Any, method: Method, domain: str | None, now: datetime
    ) -> None:
        """Take in one assertion, observed now.

        Args:
            field: What it is about.
            value: In the form in which it is kept.
            method: How it was learnt.
            domain: For whom.
            now: The instant.
        """
        new = Assertion(self._key(field, value), method, domain, local_day(now), now)
        row = self._row(field, value, new)
        self.said.append(row)
        self._decisive.discard(field.code)
        present = self.present(field)
        if present is None:
            self._show(field, value, new)
            return
        old, shown = present
        self.before.append(self._row(field, shown, old))
        order = self._matrix.order(field)
        if contradicts(new, old, order):
            self.contested.append((row, old))
        others = self._kept.get(field.code, ())
        best = assertions.shown([new, old, *(k.assertion for k in others)], order)
        if best is new:
            self._show(field, value, new)
            if order.of(new.speaker).rank == 1:
                self._decisive.add(field.code)
        elif best == old:
            self.shown[field] = shown
        else:  # what was shown has grown too old, and another before the new one
            found = next(k for k in others if k.assertion is best)
            self._show(field, found.opened(self._sealer), best)

    def is_decisive(self, field: Field) -> bool:
        """Whether what was said of a field is shown now, by somebody whose word comes first."""
        return field.code in self._decisive

    def choose(self, field: Field, former: Matrix) -> tuple[Assertion, Assertion] | None:
        """Show what the matrix chooses among all that was kept, where that is something else.

        What the former matrix would choose as well stays, however the record came to show it.

        Args:
            field: With what was kept of it.
            former: The matrix that was active before.

        Returns:
            Which assertion gave way and which one is shown instead; None when nothing changes.
        """
        kept = self._kept.get(field.code, ())
        if not kept:
            return None
        said = [k.assertion for k in kept]
        old = assertions.shown(said, former.order(field))
        new = assertions.shown(said, self._matrix.order(field))
        if old == new:
            return None
        found = next(k for k in kept if k.assertion is new)
        self._show(field, found.opened(self._sealer), new)
        return old, new

    def _show(self, field: Field, value: Any, assertion: Assertion) -> None:
        self.shown[field] = value
        self.facts[field.code] = assertions.entry_of(assertion, self._stored(field, value))

    def present(self, field: Field) -> tuple[Assertion, Any] | None:
        """What is shown now and where it comes from; None when nobody said anything."""
        entry = self.facts.get(field.code)
        value = self._value(field, entry)
        if entry is None and value is None:
            return None
        baseline = Baseline(field.owner, self._held.observed_on)
        return assertions.from_entry(entry, self._key(field, value), baseline), value

    def _value(self, field: Field, entry: Mapping[str, Any] | None) -> Any:
        held = self._held
        if field.is_fact:
            return sealed.open_fact(self._sealer, held.id, field.code, entry or {})
        if field.code == "phone":
            phone = held.phone_sealed
            return sealed.open_phone(self._sealer, held.id, phone) if phone else None
        value = held.columns[field.code]
        return str(value) if isinstance(value, date | UUID) else value

    def _stored(self, field: Field, value: Any) -> dict[str, Any]:
        """The members of the entry that hold a fact; a column is set and its entry has none."""
        if field.is_fact:
            if value is None or not field.is_sealed:
                return {"value": value}
            return sealed.seal_fact(self._sealer, self._held.id, field.code, value)
        if field.code == "phone":
            self._columns.update(self._phone(value))
        else:
            self._columns[field.code] = _typed(field, value)
        return {}

    def _phone(self, value: str | None) -> dict[str, bytes | None]:
        if value is None:
            return {"phone_sealed": None, "phone_index": None}
        return {
            "phone_sealed": sealed.seal_phone(self._sealer, self._held.id, value),
            "phone_index": sealed.phone_index(self._sealer, value),
        }

    def _key(self, field: Field, value: Any) -> str:
        if value is None or not field.is_sealed:
            return orjson.dumps(value).decode()
        return sealed.value_key(self._sealer, field.code, value)

    def _row(self, field: Field, value: Any, assertion: Assertion) -> AssertionRow:
        if value is None or not field.is_sealed:
            return AssertionRow(field.code, assertion, orjson.dumps(value).decode(), None, None)
        secret = sealed.seal_value(self._sealer, self._held.id, field.code, value)
        index = bytes.fromhex(assertion.value_key)
        return AssertionRow(field.code, assertion, None, secret, index)


def _typed(field: Field, value: Any) -> Any:
    """A kept value as its column takes it."""
    if value is None:
        return None
    if field.type == "date":
        return date.fromisoformat(value)
    return UUID(value) if field.type == "id" else value
