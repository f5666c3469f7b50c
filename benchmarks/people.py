"""People for files larger than any demo: valid identity numbers, names of common characters."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from services.registry.domain import id_numbers

ISSUER = "229998"
"""No county has it, and no resident of the demo."""
HEADINGS = ("姓名", "身份证号", "联系电话", "房屋性质", "建筑面积", "登记日期")
_PER_DAY = 1000
_FAMILIES = "王李张刘孙赵杨陈于徐高马宋姜周吴郭朱林曲韩金朴崔郑许"
_GIVEN = "明哲洙英玉顺伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞平刚桂兰春花龙虎"
_FIRST_DAY = date(1940, 1, 1)
_KINDS = ("商品房", "房改房", "回迁房")
_BAD_EVERY = 997
"""One row in so many names a kind nobody knows, and is refused."""


def numbers(first: int, count: int) -> Iterator[str]:
    """Identity numbers of the people from one on; each person has one."""
    for n in range(first, first + count):
        day = _FIRST_DAY + timedelta(days=n // _PER_DAY)
        digits = f"{ISSUER}{day:%Y%m%d}{n % _PER_DAY:03d}"
        yield digits + id_numbers.check_character(digits)


def named(first: int, count: int) -> Iterator[tuple[str, str]]:
    """(name, identity number) of the people from one on."""
    for n, number in enumerate(numbers(first, count), start=first):
        size = len(_GIVEN)
        given = _GIVEN[n * 7 % size] + _GIVEN[n // size * 11 % size]
        yield _FAMILIES[n % len(_FAMILIES)] + given, number


def write(path: Path, people: Iterable[tuple[str, str]], turn: int) -> int:
    """A department's CSV about people; what it says differs in every turn. How many rows."""
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for rows, (name, number) in enumerate(people, start=1):
            phone = f"15{turn % 10}{rows:08d}"
            kind, area = _KINDS[(rows + turn) % len(_KINDS)], 40 + (rows + turn) % 90
            kind = kind if rows % _BAD_EVERY else "不明"
            writer.writerow((name, number, phone, kind, area, f"2026-10-{turn % 28 + 1:02d}"))
    return rows
