"""A demo prefecture made of nothing but a seed: homes, residents, offices, accounts.

Owns everything invented; holds no real person. Identity numbers carry the issuing code 229999,
which no county has, and telephone numbers begin with 154, which no carrier has. Same seed, same
day, same rows, on every machine; a county made alone equals the county in the whole prefecture.

    divisions = areas.divisions_from(csv.DictReader(file))      # reference/divisions.csv
    demo = plan(divisions, "county")                            # "tiny" | "county" | "prefecture"
    for row in division_rows(demo.divisions): ...               # AREA_COLUMNS, all 1,652
    for office in organisations_of(demo.places): ...            # domain.organisations
    for account in accounts(demo): ...                          # Account (named tuple)
    for batch in batches(demo, within="222406"):                # one GridBatch per grid
        batch.areas                                             # list, AREA_COLUMNS
        batch.households                                        # list, HOUSEHOLD_COLUMNS
        batch.residents                                         # list, RESIDENT_COLUMNS
        for row in facts(demo, batch): ...                      # FACT_COLUMNS

Rows are plain tuples in the order of the named columns; dates are `datetime.date`, ids are UUID
texts (version 7), everything else is text, `bool` or None. `?` marks columns that may be None.

- `AREA_COLUMNS`: code, level, name, name_ko?, name_en?, parent? (None for the prefecture),
  urban (bool), address? (grids and below have one).
- `HOUSEHOLD_COLUMNS`: id, county, grid, dwelling, address, number (户号: 9 digits, unique), kind
  (`families.KINDS`), head_id, since_on (moved in; a member born later lives here from birth),
  visited_on (last visit).
- `RESIDENT_COLUMNS`: id, county, household_id, grid, dwelling, relation (GB/T 4761, one digit, "0"
  head), name, name_ko?, name_pinyin ("jin zhe zhu"), sex ("1" male, "2" female), born_on,
  id_number (18 characters, unique), phone? (11 digits), residency (registered | separated |
  migrant | absent), usual_language (zh | ko), ethnic (GB/T 3304), registered_area (community code,
  or a 6-digit county outside the prefecture), observed_on (last visit).
- `FACT_COLUMNS`: resident_id, county, field (code in `reference/fields.csv`), value (text: a code,
  `true`, a whole or decimal number, an ISO date, by the field's type), source (grid_visit |
  department), observed_on.
- `Account`: login, kind (person | system), role, organisation, areas, domains, name.

Measured on one core (Python 3.11, two cores shared with other work): 95,000 residents a second
with their homes and households, 64,000 with their facts too. The whole prefecture (1,408,837
residents, 564,872 households, 728,284 areas, 2.7 million facts) takes 15 s, with facts 22 s.

`office_files` makes the two messy tables of the tour (`sample`, `health_rows`, `housing_rows`).
"""

from collections.abc import Iterator

from services.registry.domain.demo import office_files
from services.registry.domain.demo.domain_facts import FACT_COLUMNS, FactRow, facts
from services.registry.domain.demo.homes import AREA_COLUMNS, AreaRow, division_rows
from services.registry.domain.demo.logins import Account, accounts
from services.registry.domain.demo.plans import SCALES, DemoPlan, GridPlan, Scale, plan
from services.registry.domain.demo.profile import AS_OF, SEED
from services.registry.domain.demo.residents import (
    HOUSEHOLD_COLUMNS,
    RESIDENT_COLUMNS,
    GridBatch,
    HouseholdRow,
    ResidentRow,
    fill,
)

__all__ = [
    "AREA_COLUMNS",
    "AS_OF",
    "FACT_COLUMNS",
    "HOUSEHOLD_COLUMNS",
    "RESIDENT_COLUMNS",
    "SCALES",
    "SEED",
    "Account",
    "AreaRow",
    "DemoPlan",
    "FactRow",
    "GridBatch",
    "GridPlan",
    "HouseholdRow",
    "ResidentRow",
    "Scale",
    "accounts",
    "batches",
    "division_rows",
    "facts",
    "fill",
    "office_files",
    "plan",
]


def batches(demo: DemoPlan, within: str = "") -> Iterator[GridBatch]:
    """The grids of an area one by one, in code order; at most one is in memory.

    Args:
        demo: The plan.
        within: Area code; "" for everything the plan holds.
    """
    for grid in demo.within(within):
        yield fill(demo, grid)
