"""The two messy tables of the tour."""

import csv
import unicodedata
from functools import lru_cache
from importlib import resources

from services.registry.domain import areas, demo, id_numbers, names
from services.registry.domain.demo import office_files
from services.registry.domain.demo.office_files import Person, Row

GRID = "222406001001001"


@lru_cache
def plan_of_tiny() -> demo.DemoPlan:
    source = resources.files("services.registry") / "reference" / "divisions.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return demo.plan(areas.divisions_from(rows), "tiny")


@lru_cache
def people() -> tuple[Person, ...]:
    return tuple(office_files.sample(plan_of_tiny(), GRID, 120))


def health() -> list[Row]:
    return office_files.health_rows(people(), "seed")


def test_a_sample_holds_grown_people_of_the_area() -> None:
    everybody = {r[11]: r for r in demo.fill(plan_of_tiny(), plan_of_tiny().grids[0]).residents}
    assert len(people()) == 120
    for person in people():
        row = everybody[person.id_number]
        assert (row[6], row[9], row[10], row[12]) == person[:1] + person[2:5]
        assert person.born_on.year <= 1996
    assert len(office_files.sample(plan_of_tiny(), "", 10_000)) < 2000


def test_the_health_table_looks_like_an_export() -> None:
    rows = health()
    assert rows[0] == list(office_files.HEALTH_HEADER)
    assert len(rows) == 1 + 120 + len(office_files.DUPLICATES) + office_files.NEW_RESIDENTS
    assert {len(row) for row in rows} == {9}
    dates = [row[3] for row in rows[1:]]
    assert any(isinstance(value, int) for value in dates)
    assert any("年" in str(value) for value in dates)
    assert any("/" in str(value) for value in dates)
    numbers = [str(row[1]) for row in rows[1:]]
    assert any(" " in number for number in numbers)
    assert any(unicodedata.east_asian_width(number[0]) == "F" for number in numbers)


def test_exactly_the_stated_numbers_are_wrong() -> None:
    wrong = [row for row in health()[1:] if not id_numbers.is_valid(str(row[1]))]
    faults = (*office_files.WRONG_CHECK_DIGITS, *office_files.IMPOSSIBLE_DATES)
    assert {names.normalise(str(row[0])) for row in wrong} == {people()[i].name for i in faults}
    assert len(wrong) == len(faults)


def test_some_people_stand_twice_and_one_is_new() -> None:
    known = {person.id_number for person in people()}
    numbers = [id_numbers.normalise(str(row[1])) for row in health()[1:]]
    for position in office_files.DUPLICATES:
        assert numbers.count(people()[position].id_number) == 2
    strangers = [n for n in numbers if n not in known and id_numbers.is_valid(n)]
    assert len(strangers) == 1
    assert numbers[-1] == strangers[0]
    assert strangers[0].startswith("229999")
    assert all(
        strangers[0] != r[11] for batch in demo.batches(plan_of_tiny()) for r in batch.residents
    )


def test_the_housing_list_is_about_the_same_people() -> None:
    rows = office_files.housing_rows(people(), "seed")
    assert rows[0] == list(office_files.HOUSING_HEADER)
    assert {len(row) for row in rows} == {7}
    assert all(isinstance(cell, str) for row in rows for cell in row)
    known = {person.id_number: person for person in people()}
    read = [id_numbers.parse(row[1]).number for row in rows[1:] if id_numbers.is_valid(row[1])]
    assert len(read) == len(rows) - 1 - len(office_files.SHORT_NUMBERS)
    assert set(read) < set(known)
    assert any(len(row[1]) == 15 for row in rows[1:])
    assert any(names.normalise(row[0]) != row[0] for row in rows[1:])


def test_the_mess_is_repeatable() -> None:
    assert health() == office_files.health_rows(people(), "seed")
    assert health() != office_files.health_rows(people(), "other")
    assert office_files.housing_rows(people(), "a") != office_files.housing_rows(people(), "b")


def test_a_table_about_nobody_holds_only_the_new_resident() -> None:
    rows = office_files.health_rows([], "seed")
    assert len(rows) == 2
    assert id_numbers.is_valid(str(rows[1][1]))
    assert office_files.housing_rows([], "seed") == [list(office_files.HOUSING_HEADER)]
