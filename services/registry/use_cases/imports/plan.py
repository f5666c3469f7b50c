"""What an import works with, and how a file will be read: settled before it is accepted."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from services.common.clock import Clock, utc_now
from services.common.errors import Fault
from services.registry.domain.imports import columns
from services.registry.domain.imports.columns import Layout
from services.registry.domain.imports.errors import ColumnsNotRecognised, MappingNotValid
from services.registry.domain.imports.jobs import FilePlan
from services.registry.domain.imports.mappings import SavedMapping
from services.registry.settings import RegistrySettings
from services.registry.store.imports import office_files
from services.registry.store.imports import reference as import_reference
from services.registry.store.imports.office_area import Limits
from services.registry.store.imports.office_files import Form, OfficeFile
from services.registry.store.imports.reference import ImportReference
from services.registry.store.imports.uploads import Uploads
from services.registry.store.store import Store

_HEAD_ROWS: Final = 20
_TOLD: Final = 50
"""Unknown headings a problem lists."""


@dataclass(frozen=True, slots=True)
class Importing:
    """What imports work with.

    Attributes:
        store: The registry's.
        uploads: Where files are.
        reference: Headings and words of offices.
        limits: Of files.
        chunk_rows: Rows of one transaction.
        keep: How long files stay after an import is over.
        clock: Tells the time.
        turn: Held while a file is opened: a large workbook takes a gigabyte for some seconds.
    """

    store: Store
    uploads: Uploads
    reference: ImportReference
    limits: Limits
    chunk_rows: int = 2000
    keep: timedelta = timedelta(days=30)
    clock: Clock = utc_now
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


def importing(store: Store, settings: RegistrySettings) -> Importing:
    """What imports of an open store work with."""
    return Importing(
        store,
        Uploads(settings.data_dir / "uploads"),
        import_reference.load(store.catalogue),
        Limits(file_bytes=settings.import_file_bytes),
        settings.import_chunk_rows,
        timedelta(days=settings.import_keep_days),
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What a department asks.

    Attributes:
        file: Open at its beginning.
        file_name: As the sender calls it.
        domain: It speaks for.
        county: Whose residents it is about.
        mapping: Heading → field, where the sender says so itself.
        dry_run: Count and report, record nothing.
        domains: Of the caller.
        base: Path of the imports, for links.
        mapping_id: A mapping its organisation saved; `mapping` goes before it.
        saved: That mapping, once it was found.
    """

    file: BinaryIO
    file_name: str
    domain: str
    county: str
    mapping: Mapping[str, str]
    dry_run: bool
    domains: frozenset[str]
    base: str
    mapping_id: str | None = None
    saved: SavedMapping | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Heading → field, saved and told."""
        return {**(self.saved.columns if self.saved else {}), **self.mapping}


def plan_of(env: Importing, path: Path, request: Request) -> FilePlan:
    """How the file is read; blocking.

    Raises:
        ImportRefused: It cannot be.
    """
    form = office_files.form_of(path, request.file_name, env.limits)
    with office_files.opened(path, form, env.limits) as file:
        seen: list[list[str]] = []
        for sheet in file.sheets:
            head = _head(file, sheet.place)
            layout = env.reference.headings.layout(head, request.domain, request.columns)
            if layout is not None:
                _check_mapping(env, request, layout)
                return _file_plan(form, sheet.place, sheet.name, layout)
            seen.extend(head)
    raise _not_recognised(env, seen)


def _head(file: OfficeFile, sheet: int) -> list[list[str]]:
    rows = islice(file.rows(sheet), _HEAD_ROWS)
    text_of = office_files.reader_of(file.form.kind)
    return [[text_of(cell)[:100] for cell in cells] for _, cells in rows]


def _file_plan(form: Form, place: int, name: str, layout: Layout) -> FilePlan:
    encoding = form.csv.encoding if form.csv else None
    delimiter = form.csv.delimiter if form.csv else None
    return FilePlan(form.kind, place, name, layout, encoding, delimiter, form.schema)


def _check_mapping(env: Importing, request: Request, layout: Layout) -> None:
    """Every mapped heading is there, and means a field this domain may send."""
    present = {columns.tidy(heading) for heading in layout.headings}
    faults = []
    for heading, code in request.mapping.items():
        pointer = f"/mapping/{heading[:64].replace('~', '~0').replace('/', '~1')}"
        if columns.tidy(heading) not in present:
            faults.append(Fault(pointer, "no-such-column", "文件中没有这一列。"))
        elif code != columns.OBSERVED_ON and code not in env.store.catalogue:
            faults.append(Fault(pointer, "unknown-field", "没有这个字段。"))
    if faults:
        wire = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in faults]
        raise MappingNotValid("; ".join(f.detail for f in faults), errors=wire)


def _not_recognised(env: Importing, rows: list[list[str]]) -> ColumnsNotRecognised:
    """What the row that looks most like headings has, so that the sender can map the rest."""
    known = env.reference.headings.known

    def likeness(row: list[str]) -> tuple[int, int]:
        return sum(known(cell) is not None for cell in row), sum(bool(cell.strip()) for cell in row)

    best = max(rows, key=likeness, default=[])
    recognised = [{"heading": h, "field": known(h)} for h in best if known(h)]
    others = [h for h in best if h.strip() and not known(h)][:_TOLD]
    # Where nothing was recognised the row may hold people: only what resembles a heading is told.
    unknown = others if recognised else []
    near = [(heading, env.reference.headings.nearest(heading)) for heading in others]
    suggestions = [{"heading": h, "fields": list(fields)} for h, fields in near if fields]
    return ColumnsNotRecognised(
        "没有找到含身份证号和至少一个已知列的表头行。",
        recognised=recognised,
        unknown=unknown,
        suggestions=suggestions,
    )
