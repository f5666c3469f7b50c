"""Writes the two office files of the demo, as two offices would really export them."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from services.registry.domain import demo
from services.registry.domain.demo import office_files

_PEOPLE = 48
_TITLE = "慢性病随访登记"


def write(folder: Path, plan: demo.DemoPlan, community: str, seed: int) -> list[Path]:
    """Two files about some residents of one community.

    Args:
        folder: Made when missing; files of the same name are replaced.
        plan: The demo they belong to.
        community: Code of a community of the plan.
        seed: Same seed, same files.

    Returns:
        `health.xlsx`, with a title line above its Chinese headings, mixed dates, stray spaces,
        full-width digits, wrong numbers, duplicates and one new resident; and `housing.csv`
        (GB 18030, as Chinese office programs save it), about some of the same people.
    """
    folder.mkdir(parents=True, exist_ok=True)
    people = office_files.sample(plan, community, _PEOPLE)
    health = office_files.health_rows(people, str(seed), as_of=plan.as_of)
    housing = office_files.housing_rows(people, str(seed), as_of=plan.as_of)
    return [
        _xlsx(folder / "health.xlsx", health, plan.as_of),
        _csv(folder / "housing.csv", housing),
    ]


def _xlsx(path: Path, rows: list[office_files.Row], as_of: date) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = f"{as_of:%Y年%m月}"
    for row in rows:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    book.properties.title = _TITLE
    book.save(path)
    return path


def _csv(path: Path, rows: Sequence[Sequence[office_files.Cell]]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
