"""Holding a chunk of a file's rows against the record, with the very merger an import uses.

Nothing is decided here a second time: what an import would show, it would show because the merger
says so, and the outcome only names it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.common.sealing import Sealer
from services.registry.domain.authority import Matrix
from services.registry.domain.imports.columns import NAME
from services.registry.domain.imports.rows import Fault, ImportRow
from services.registry.domain.reconciliations import outcomes
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.domain.reconciliations.outcomes import Summary
from services.registry.store import sealed
from services.registry.store.imports import staging
from services.registry.store.imports.staging import Staged
from services.registry.store.imports.writes import Held
from services.registry.store.reconciliations import differences
from services.registry.store.reconciliations.differences import Found
from services.registry.store.store import Store
from services.registry.use_cases.imports.apply import Known
from services.registry.use_cases.imports.merge import Merger

_NAMELESS = "登记中没有此人;新登记须填写姓名"


@dataclass(slots=True)
class Compared:
    """What was found.

    Attributes:
        found: Differences to keep.
        summary: Counts to add.
    """

    found: list[Found] = field(default_factory=list)
    summary: Summary = field(default_factory=dict)


class Comparer:
    """Compares the rows of one reconciliation.

    Args:
        store: Its sealer and catalogue.
        matrix: The active authority matrix.
        job: The reconciliation.
    """

    def __init__(self, store: Store, matrix: Matrix, job: Reconciliation) -> None:
        self._sealer = store.sealer
        self._catalogue = store.catalogue
        self._job = job
        self._merger = Merger(store.sealer, store.catalogue, matrix, job.file.sender)
        columns = job.file.plan.layout.columns
        self._name_heading = next((c.heading for c in columns if c.field == NAME), "")

    def compare(self, staged: Sequence[Staged], present: Known) -> Compared:
        """What rows differ in; blocking, since opening and merging take a processor's time."""
        compared = Compared()
        for one in staged:
            row = staging.unseal(self._sealer, self._job.file, one)
            if one.person in present:
                self._registered(compared, row, present[one.person])
            else:
                self._unregistered(compared, row)
        return compared

    def _unregistered(self, compared: Compared, row: ImportRow) -> None:
        if row.name is None:
            faults = [Fault(self._name_heading, "name-missing", _NAMELESS)]
            compared.found.append(rejected(self._sealer, self._job, row.number, faults))
            outcomes.count(compared.summary, "rows", "rejected")
            return
        said = {"document": row.document, "name": row.name}
        self._keep(compared, "added", row, None, None, said)
        outcomes.count(compared.summary, "persons", "added")

    def _registered(self, compared: Compared, row: ImportRow, held: Held | None) -> None:
        if held is None or not str(held.columns["dwelling"]).startswith(self._job.within):
            said = {"document": row.document, "name": row.name}
            self._keep(compared, "elsewhere", row, None, held, said)
            outcomes.count(compared.summary, "persons", "elsewhere")
        if held is None:
            return
        found = list(self._values(compared, row, held))
        outcomes.count(compared.summary, "persons", outcomes.of_person(found))

    def _values(self, compared: Compared, row: ImportRow, held: Held) -> Iterator[str]:
        """The outcome of each value the row says."""
        merged = self._merger.merge(row, held, held.id)
        shown = {f.code for f in merged.shown}
        named = {} if row.name is None else {NAME: row.name}
        for code, value in {**named, **row.values}.items():
            outcome = outcomes.of_value(
                agrees=self._merger.agrees(held, code, value), would_be_shown=code in shown
            )
            outcomes.count(compared.summary, outcomes.field_part(code), outcome)
            if outcome in outcomes.LISTED_VALUES:
                said = {"file": value, "file_observed_on": row.observed_on}
                self._keep(compared, outcome, row, code, held, said | self._registry(held, code))
            yield outcome

    def _registry(self, held: Held, code: str) -> dict[str, Any]:
        """What the record shows, and whose word that is; nobody's where it shows nothing."""
        entry: Mapping[str, Any] = held.facts.get(code) or {}
        value = self._value(held, code, entry)
        said = entry or value is not None
        return {
            "registry": value,
            "source": entry.get("source", "baseline") if said else None,
            "domain": entry.get("domain", self._catalogue[code].owner) if said else None,
            "registry_observed_on": entry.get("observed_on", held.observed_on) if said else None,
        }

    def _value(self, held: Held, code: str, entry: Mapping[str, Any]) -> Any:
        if code == "phone":
            phone = held.phone_sealed
            return sealed.open_phone(self._sealer, held.id, phone) if phone else None
        if not self._catalogue[code].is_fact:
            return held.columns.get(code)
        return sealed.open_fact(self._sealer, held.id, code, entry)

    def _keep(
        self,
        compared: Compared,
        kind: str,
        row: ImportRow,
        code: str | None,
        held: Held | None,
        said: Mapping[str, Any],
    ) -> None:
        place = (row.number, code)
        secret = differences.seal(self._sealer, self._job, *place, said)
        compared.found.append(Found(kind, *place, held.id if held else None, secret))


def rejected(sealer: Sealer, job: Reconciliation, row_no: int, faults: Sequence[Fault]) -> Found:
    """A row an import would refuse, as a difference."""
    said = {"faults": [[f.heading, f.reason] for f in faults if not f.is_warning]}
    return Found("rejected", row_no, None, None, differences.seal(sealer, job, row_no, None, said))
