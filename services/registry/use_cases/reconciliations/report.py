"""The file of a reconciliation: the sender's rows that differ, in the sender's layout, and why.

It is written in a thread that asks the event loop for one page of differences after another, so
that the differences are never whole in memory, and the file only where its format is written
by columns (Parquet).
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import closing
from itertools import groupby
from typing import Any, Final

from services.registry.domain.imports.columns import DOCUMENT, NAME
from services.registry.domain.organisations import DEPARTMENTS
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.domain.reconciliations.views import Difference, Teller
from services.registry.store import code_labels
from services.registry.store.imports import error_files
from services.registry.store.imports.office_files import Cell
from services.registry.store.reconciliations import differences
from services.registry.store.reconciliations.differences import Row
from services.registry.use_cases.imports import read as imports_read
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.reconciliations import telling

_PAGE: Final = 5000
_PATIENCE_S: Final = 120.0
_HEADINGS: Final = ("对账结果", "差异字段", "说明")
_KINDS: Final = {
    "added": "新增",
    "missing": "缺失",
    "changed": "变更",
    "contradicting": "矛盾",
    "elsewhere": "他处登记",
    "rejected": "未接受",
}
_SOURCES: Final = {
    "department_push": "部门推送",
    "grid_visit": "网格走访",
    "resident": "居民自报",
    "baseline": "原有登记",
}
_WHY: Final = {
    "added": "登记中没有此人,导入后新登记",
    "missing": "登记中有本部门提供的数据,文件中没有此人",
    "elsewhere": "此人登记在其他区域",
}


class Pages:
    """Differences in order, fetched page by page from a thread that is not the event loop's.

    Args:
        env: Names the database.
        job: The reconciliation.
        loop: Where the database is asked.
    """

    def __init__(
        self, env: Importing, job: Reconciliation, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._env = env
        self._job = job
        self._loop = loop

    def of_rows(self) -> Iterator[Difference]:
        """Those of the sheet's rows, by row; blocking."""
        after = (0, 0)
        while rows := self._ask(self._of_rows(after)):
            yield from map(self._opened, rows)
            after = (rows[-1]["row_no"], rows[-1]["no"])

    def missing(self) -> Iterator[Difference]:
        """Missing persons; blocking."""
        after = 0
        while rows := self._ask(self._missing(after)):
            yield from map(self._opened, rows)
            after = rows[-1]["no"]

    def _ask(self, question: Coroutine[Any, Any, list[Row]]) -> list[Row]:
        # A loop that ends meanwhile never answers; the patience lets this thread end too.
        return asyncio.run_coroutine_threadsafe(question, self._loop).result(_PATIENCE_S)

    async def _of_rows(self, after: tuple[int, int]) -> list[Row]:
        async with self._env.store.read() as connection:
            return await differences.of_rows(connection, self._job, after, _PAGE)

    async def _missing(self, after: int) -> list[Row]:
        async with self._env.store.read() as connection:
            return await differences.missing(connection, self._job, after, _PAGE)

    def _opened(self, row: Row) -> Difference:
        return telling.opened(self._env.store, self._job, row)


def write(env: Importing, job: Reconciliation, pages: Pages) -> None:
    """Write the file; blocking."""
    with (
        env.uploads.new_errors(job.id) as target,
        closing(imports_read.rows_of(env, job.file)) as rows,
    ):
        error_files.write_rows(target, job.file.plan, _rows(env, job, pages, rows))


def _rows(
    env: Importing, job: Reconciliation, pages: Pages, rows: Iterator[error_files.Row]
) -> Iterator[list[Cell]]:
    """What stands above the table, the headings, the rows that differ, and who is missing."""
    words = _Words(env, job)
    layout = job.file.plan.layout
    width, heading_row = len(layout.headings), layout.header_row + 1
    by_row = groupby(pages.of_rows(), key=lambda difference: difference.row)
    row_no, found = next(by_row, (None, iter(())))
    for number, cells in rows:
        if number < heading_row:
            yield list(cells)
        elif number == heading_row:
            yield [*error_files.padded(cells, width), *_HEADINGS]
        elif number == row_no:
            yield [*error_files.padded(cells, width), *words.of(list(found))]
            row_no, found = next(by_row, (None, iter(())))
    for difference in pages.missing():
        yield [*words.cells(difference, width), *words.of([difference])]


class _Words:
    """What is written of differences, in Chinese, for the clerk who sent the file."""

    def __init__(self, env: Importing, job: Reconciliation) -> None:
        self._catalogue = env.store.catalogue
        self._teller = Teller(env.store.catalogue, job.file.domain)
        columns = job.file.plan.layout.columns
        self._headings = {column.field: column.heading for column in columns}
        self._places = {column.field: column.index for column in columns}

    def of(self, found: list[Difference]) -> list[Cell]:
        """The three cells of a row."""
        kinds = "、".join(dict.fromkeys(_KINDS[d.kind] for d in found))
        fields = "、".join(dict.fromkeys(filter(None, map(self._field, found))))
        return [kinds, fields, ";".join(map(self._why, found))]

    def cells(self, difference: Difference, width: int) -> list[Cell]:
        """A missing person in the sender's columns: name and masked number, where readable."""
        cells: list[Cell] = [""] * width
        resident = self._teller.resident(difference.holder) or {}
        self._put(cells, NAME, resident.get("name"))
        self._put(cells, DOCUMENT, resident.get("document", {}).get("number"))
        return cells

    def _put(self, cells: list[Cell], field: str, text: str | None) -> None:
        if text is not None and field in self._places:
            cells[self._places[field]] = text

    def _field(self, difference: Difference) -> str:
        if difference.field is not None:
            return self._headings.get(difference.field, "")
        return "、".join(heading for heading, _ in difference.said.get("faults", ()))

    def _why(self, difference: Difference) -> str:
        if difference.kind == "rejected":
            return ";".join(reason for _, reason in difference.said["faults"])
        if difference.field is None:
            return _WHY[difference.kind]
        ending = "导入后更新" if difference.kind == "changed" else "以登记为准"
        return f"{self._headings.get(difference.field, '')}:{self._both(difference)},{ending}"

    def _both(self, difference: Difference) -> str:
        code, said = difference.field or "", difference.said
        theirs = self._text(code, said["file"])
        if not self._teller.may_read(code):
            return f"表中为{theirs},与登记不一致"
        if said["source"] is None:
            return f"表中为{theirs},登记为空"
        whose = DEPARTMENTS.get(said["domain"] or "", ("",))[0]
        source = f"{whose}{_SOURCES[said['source']]} {said['registry_observed_on']}"
        return f"表中为{theirs},登记为{self._text(code, said['registry'])}({source})"

    def _text(self, code: str, value: Any) -> str:
        shown = self._teller.shown(code, value)
        if shown is None:
            return "空"
        if isinstance(shown, bool):
            return "是" if shown else "否"
        field = self._catalogue[code]
        is_code = field.type == "code"
        return code_labels.label(field.code_set, shown, "zh") if is_code else str(shown)
