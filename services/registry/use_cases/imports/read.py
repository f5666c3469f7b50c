"""Reading an import's file, from the row after the last staged one to the error file."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from services.common import clock as clocks
from services.registry.domain.imports.errors import FileNotReadable
from services.registry.domain.imports.jobs import Job
from services.registry.domain.imports.rows import Fault, ImportRow, RowRead, RowReader
from services.registry.store.imports import error_files, office_files
from services.registry.store.imports.office_csv import CsvForm
from services.registry.store.imports.office_files import Form
from services.registry.store.imports.office_ndjson import Unreadable
from services.registry.use_cases.imports.plan import Importing


@dataclass(slots=True)
class Batch:
    """Rows read together.

    Attributes:
        taken: Those that can be recorded.
        faults: What was wrong or left out, by row.
        rows: How many rows hold a person.
        refused: Number and identity number of refused rows, where that could be read.
        rejected_rows: Numbers of all refused rows.
        last: Number of the last row.
    """

    taken: list[ImportRow] = field(default_factory=list)
    faults: list[tuple[int, tuple[Fault, ...]]] = field(default_factory=list)
    rows: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    rejected_rows: list[int] = field(default_factory=list)
    last: int = 0

    @property
    def rejected(self) -> int:
        """How many rows were refused."""
        return len(self.rejected_rows)

    def add(self, read: RowRead) -> None:
        """Take a row that holds a person."""
        self.rows += 1
        if read.faults:
            self.faults.append((read.number, read.faults))
        if read.row is not None:
            self.taken.append(read.row)
            return
        self.rejected_rows.append(read.number)
        if read.document is not None:
            self.refused.append((read.number, read.document))


def batches(env: Importing, job: Job) -> Generator[Batch, None, None]:
    """The rows after the last staged one, checked, in batches; blocking."""
    plan = job.plan
    reader = RowReader(
        plan.layout,
        env.reference.catalogue,
        env.reference.code_sets,
        domain=job.domain,
        today=clocks.local_day(job.created_at),
    )
    text_of = office_files.reader_of(plan.kind)
    batch, begun = Batch(), max(job.staged_to, plan.layout.header_row + 1)
    with closing(rows_of(env, job)) as rows:
        for number, cells in rows:
            if number <= begun:
                continue
            batch.last = number
            read: RowRead | None
            if isinstance(cells, Unreadable):
                read = RowRead(number, None, (cells.fault,))
            else:
                read = reader.read(number, [c if type(c) is str else text_of(c) for c in cells])
            if read is None:
                continue
            batch.add(read)
            if batch.rows >= env.chunk_rows:
                yield batch
                batch = Batch()
    if batch.last:
        yield batch


def rows_of(env: Importing, job: Job) -> Generator[error_files.Row, None, None]:
    """All rows of the sheet; blocking.

    Raises:
        ImportRefused: The file is not what it was, or grows over a limit.
    """
    plan = job.plan
    csv = CsvForm(plan.encoding, plan.delimiter) if plan.encoding and plan.delimiter else None
    form = Form(plan.kind, csv, plan.layout.headings, plan.schema)
    path = env.uploads.path(job.id)
    if not path.exists():
        raise FileNotReadable("上传的文件已不在服务器上,请重新上传。")
    with office_files.opened(path, form, env.limits) as file:
        yield from file.rows(plan.sheet)


def write_errors(env: Importing, job: Job, faults: Mapping[int, list[Fault]]) -> None:
    """Write the error file from the sender's own rows; blocking."""
    with env.uploads.new_errors(job.id) as target, closing(rows_of(env, job)) as rows:
        error_files.write(target, job.plan, rows, faults)
