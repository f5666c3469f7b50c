"""Files with hostile names and hostile cells, and the files that are written back about them."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import openpyxl
import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.imports import csv_file, xlsx
from tests.factories.reconciliations import Reconciler
from tests.factories.registry import Person, Registry, id_number, running

FORMULAS = (
    '=HYPERLINK("https://evil.example","点此")', "+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)",
    "\t=1+1", "\r=1+1", "＝1+1",
)  # fmt: skip
NAMES = (
    "../../../../etc/passwd.csv", "..\\..\\windows\\win.ini.csv", "/etc/cron.d/x.csv",
    'a"; filename="b.html.csv', "x\r\nSet-Cookie: stolen=1.csv", "名" * 300 + ".csv", ".csv", "..",
)  # fmt: skip


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Registry]:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path / "data") as made:
        yield made


async def test_a_name_of_a_file_leads_nowhere(registry: Registry, tmp_path: Path) -> None:
    office = Reconciler(registry, "housing")
    for number, name in enumerate(NAMES, 1):
        rows = [["姓名", "身份证号"], [f"甲{number}", "22999919900101"]]
        sent = await office.send(csv_file(rows), name)
        assert sent.status_code in {202, 422}, (name, sent.text)
        if sent.status_code != 202:
            continue
        assert await office.work() == 1
        errors = await office.errors(sent.json()["id"])
        told = errors.headers["content-disposition"]
        assert told.startswith("attachment; filename=\"errors.csv\"; filename*=UTF-8''")
        assert told.count('"') == 2
        assert "set-cookie" not in errors.headers
    kept = files_below(tmp_path)
    assert kept
    assert all(path.is_relative_to(tmp_path / "data") for path in kept)
    assert not {path.name for path in kept} & {name.rsplit("/", 1)[-1] for name in NAMES}


def files_below(folder: Path) -> list[Path]:
    return [path.resolve() for path in folder.rglob("*") if path.is_file()]


def is_formula(text: object) -> bool:
    return str(text or "").startswith(("=", "+", "-", "@", "\t", "\r"))


async def test_no_file_that_is_written_back_holds_a_formula(registry: Registry) -> None:
    await registry.resident(Person(number=id_number(1)))
    rows = [["姓名", "身份证号", "房屋性质"]]
    rows += [[text, "22999919900101", text] for text in FORMULAS]
    rows += [[text, id_number(1), text] for text in FORMULAS]
    office = Reconciler(registry, "housing")
    for form, content in (("csv", csv_file(rows)), ("xlsx", xlsx(rows))):
        job = await office.take(content, f"f.{form}")
        errors = (await office.errors(job["id"])).content
        held = await office.reconcile(content, f"r.{form}")
        written = (await office.get(held["id"], "/file")).content
        for name, file in (("errors", errors), ("reconciliation", written)):
            assert [cell for cell in cells(file) if is_formula(cell)] == [], (form, name)


def cells(file: bytes) -> list[object]:
    """Every text of a file that a spreadsheet would take for a formula, or show."""
    if file.startswith(b"PK"):
        book = openpyxl.load_workbook(io.BytesIO(file))
        found = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        return [f"={c.value}" if c.data_type == "f" else None for c in found]
    text = file.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]
