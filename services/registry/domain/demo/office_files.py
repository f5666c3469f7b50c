"""Two tables as offices really send them, about people of the demo.

They carry the faults every import meets: several ways to write a date, blanks and full-width
digits, numbers that cannot be right, the same person twice, somebody nobody knows yet.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple, TypeAlias

from services.registry.domain import id_numbers
from services.registry.domain.demo import profile, residents
from services.registry.domain.demo.identities import Identities
from services.registry.domain.demo.plans import DemoPlan
from services.registry.domain.demo.randomness import stream

Cell: TypeAlias = str | int
Row: TypeAlias = list[Cell]

HEALTH_HEADER: Final = (
    "姓名",
    "身份证号",
    "性别",
    "出生日期",
    "联系电话",
    "现住址",
    "慢性病",
    "签约医生",
    "更新日期",
)
HOUSING_HEADER: Final = (
    "业主姓名",
    "证件号码",
    "房屋坐落",
    "房屋性质",
    "建筑面积",
    "是否出租",
    "登记日期",
)

# Positions in the sample; with 32 people or more every fault occurs.
WRONG_CHECK_DIGITS: Final = (7, 31)
IMPOSSIBLE_DATES: Final = (13,)
DUPLICATES: Final = (3, 19)
NEW_RESIDENTS: Final = 1
SHORT_NUMBERS: Final = (8,)

_EXCEL_EPOCH: Final = date(1899, 12, 30)
_FULL_WIDTH: Final = {ord("0") + digit: chr(ord("０") + digit) for digit in range(10)}
_LEGACY_UNTIL: Final = 1999
_ELDEST_NEW: Final = 67.4
_GROWN: Final = 30
_DISEASES: Final = ("高血压", "糖尿病", "高血压、糖尿病", "冠心病", "脑卒中", "慢阻肺", "无", "")
_DOCTORS: Final = ("李明哲", "金英淑", "王丽", "朴成浩", "崔 美花", "张伟")
_PROPERTIES: Final = ("商品房", "商品房", "房改房", "回迁房", "经济适用房", "商品住宅")
_LET: Final = ("否", "否", "是", "无", "有", "")


class Person(NamedTuple):
    """What an office knows of somebody it writes into its table."""

    name: str
    id_number: str
    sex: str
    born_on: date
    phone: str | None
    address: str


def sample(demo: DemoPlan, area: str, count: int) -> list[Person]:
    """The first grown residents of an area, one per household, in dwelling order.

    Args:
        demo: The plan the area belongs to.
        area: Code of a grid or anything wider; "" for the whole plan.
        count: How many people; fewer when the area holds fewer.
    """
    people: list[Person] = []
    latest = demo.as_of.replace(year=demo.as_of.year - _GROWN)
    for grid in demo.within(area):
        batch = residents.fill(demo, grid)
        heads = {household[7]: household[4] for household in batch.households}
        for r in batch.residents:
            if r[0] in heads and r[10] <= latest:
                people.append(Person(r[6], r[11], r[9], r[10], r[12], heads[r[0]]))
                if len(people) == count:
                    return people
    return people


def health_rows(people: Sequence[Person], seed: str, as_of: date = profile.AS_OF) -> list[Row]:
    """The health bureau's export, header first.

    Besides the people it holds the duplicates and one new resident at the end. The people at
    `WRONG_CHECK_DIGITS` and `IMPOSSIBLE_DATES` have numbers no reader may accept.

    Args:
        people: As `sample` gives them; the first 32 meet every fault.
        seed: Another seed makes another mess.
        as_of: Day the table was exported.
    """
    random = stream(seed, "health")
    rows: list[Row] = [list(HEALTH_HEADER)]
    for position, person in enumerate(people):
        number = _faulty(position, person.id_number)
        rows.append(_health_row(random, person, number, as_of))
    for position in DUPLICATES:
        if position < len(people):
            again = people[position]
            rows.insert(len(rows) // 2, _health_row(random, again, again.id_number, as_of))
    stranger = _stranger(people, as_of)
    rows.append(_health_row(random, stranger, stranger.id_number, as_of))
    return rows


def housing_rows(
    people: Sequence[Person], seed: str, as_of: date = profile.AS_OF
) -> list[list[str]]:
    """The housing bureau's list for CSV, header first: two in three of the people as owners.

    Names are spaced, numbers of people born before 2000 often have the old 15 digits, areas carry
    their unit or not. The owners at `SHORT_NUMBERS` (positions in `people`) lack a digit.

    Args:
        people: As `sample` gives them; the same as in the health table, so that both meet.
        seed: Another seed makes another mess.
        as_of: Day the list was written.
    """
    random = stream(seed, "housing")
    rows = [list(HOUSING_HEADER)]
    for position, person in enumerate(people):
        if position % 3 == 1:
            continue
        number = _old_form(random, person)
        if position in SHORT_NUMBERS:
            number = person.id_number[:-1]
        rows.append(
            [
                _spaced(random, person.name, 0.5),
                number,
                _spaced(random, person.address, 0.1),
                random.choice(_PROPERTIES),
                _floor_area(random),
                random.choice(_LET),
                str(
                    _written(random, as_of - timedelta(days=random.randint(30, 5000)), serial=False)
                ),
            ]
        )
    return rows


def _health_row(random: Random, person: Person, number: str, as_of: date) -> Row:
    sex = "男" if person.sex == id_numbers.MALE else "女"
    return [
        _spaced(random, person.name, 0.25),
        _typed(random, number),
        random.choice((sex, sex, sex, sex + "性")),
        _written(random, person.born_on),
        _dialled(random, person.phone),
        person.address,
        random.choice(_DISEASES),
        random.choice(_DOCTORS),
        _written(random, as_of - timedelta(days=random.randint(1, 700))),
    ]


def _faulty(position: int, number: str) -> str:
    if position in WRONG_CHECK_DIGITS:
        checks = id_numbers.CHECK_CHARACTERS
        return number[:-1] + checks[(checks.index(number[-1]) + 3) % len(checks)]
    if position in IMPOSSIBLE_DATES:
        first_17 = f"{number[:10]}0230{number[14:17]}"
        return first_17 + id_numbers.check_character(first_17)
    return number


def _stranger(people: Sequence[Person], as_of: date) -> Person:
    """Somebody who moved in lately; the number comes from the share no grid owns."""
    born_on, number = Identities(profile.GRIDS, as_of).born(_ELDEST_NEW, 2)
    address = people[0].address if people else "爱民社区"
    phone = f"{profile.PHONE_PREFIX}00000001"
    return Person("许春兰", number, id_numbers.FEMALE, born_on, phone, address)


def _written(random: Random, day: date, *, serial: bool = True) -> Cell:
    """A date in one of the ways offices write it; a whole number is Excel's day count."""
    ways: tuple[Cell, ...] = (
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d}",
        f"{day.year}.{day.month}.{day.day}",
    )
    if serial:
        ways = (*ways, (day - _EXCEL_EPOCH).days)
    return random.choice(ways)


def _typed(random: Random, number: str) -> str:
    ways = (
        number.lower(),
        f" {number}",
        f"{number[:6]} {number[6:14]} {number[14:]}",
        number.translate(_FULL_WIDTH),
        f"{number}\u3000",
    )
    return random.choice(ways) if random.random() < 0.3 else number  # noqa: PLR2004 — three in ten


def _dialled(random: Random, phone: str | None) -> str:
    if phone is None:
        return ""
    ways = (phone, phone, phone, f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", f"+86 {phone}")
    return random.choice((*ways, phone.translate(_FULL_WIDTH)))


def _spaced(random: Random, text: str, share: float) -> str:
    if random.random() >= share:
        return text
    return random.choice((f" {text}", f"{text} ", f"{text[:1]}\u3000{text[1:]}", " ".join(text)))


def _old_form(random: Random, person: Person) -> str:
    if person.born_on.year <= _LEGACY_UNTIL and random.random() < 0.3:  # noqa: PLR2004 — three in ten
        return person.id_number[:6] + person.id_number[8:17]
    return person.id_number


def _floor_area(random: Random) -> str:
    area = random.randint(3800, 14000) / 100
    return random.choice((f"{area:.2f}", f"{area:.1f}㎡", f"{area:.2f}平方米", f"{area:.0f}"))
