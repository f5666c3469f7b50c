"""Reference data: written at start where it is missing or older than this release's."""

import csv
import hashlib
from importlib import resources
from io import StringIO
from typing import Final

import orjson

from services.common.database import Connection
from services.registry.domain import catalogue, organisations
from services.registry.domain.areas import Division, divisions_from
from services.registry.domain.catalogue import Catalogue

_PACKAGE: Final = "services.registry"
_FILES: Final = ("divisions.csv", "fields.csv", "code_sets.json")
# Part of the digest, because organisations follow from the divisions by code.
_RULES_VERSION: Final = b"1"

LOCK = "select pg_advisory_xact_lock(hashtext('registry.reference'))"
PRESENT = "select exists (select from reference_loads where name = 'reference' and sha256 = $1)"
REMEMBER = """
insert into reference_loads (name, sha256) values ('reference', $1)
on conflict (name) do update set sha256 = excluded.sha256, loaded_at = now()
"""
AREAS = """
insert into areas (code, county, level, name, name_ko, name_en, urban)
select code, left(code, 6), level, name, name_ko, name_en, urban
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
    as given (code, level, name, name_ko, name_en, urban)
on conflict (code) do update set
    level = excluded.level, name = excluded.name, name_ko = excluded.name_ko,
    name_en = excluded.name_en, urban = excluded.urban
where areas.change_id is null and areas.valid_to is null
"""
ORGANISATIONS = """
insert into organisations (code, name_zh, name_ko, name_en, kind, area, domain)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[])
on conflict (code) do update set
    name_zh = excluded.name_zh, name_ko = excluded.name_ko, name_en = excluded.name_en,
    kind = excluded.kind, area = excluded.area, domain = excluded.domain
where exists (select from areas a
    where a.code = organisations.area and a.change_id is null and a.valid_to is null)
"""
FIELDS = """
insert into fields (code, position, name_zh, name_ko, name_en, type, code_set, owner_domain,
    reader_domains, sensitivity, freshness_days, legal_basis, collected_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (code) do update set
    position = excluded.position, name_zh = excluded.name_zh, name_ko = excluded.name_ko,
    name_en = excluded.name_en, type = excluded.type, code_set = excluded.code_set,
    owner_domain = excluded.owner_domain, reader_domains = excluded.reader_domains,
    sensitivity = excluded.sensitivity, freshness_days = excluded.freshness_days,
    legal_basis = excluded.legal_basis, collected_by = excluded.collected_by
"""
CATALOGUE = """
select code, name_zh, name_ko, name_en, type, coalesce(code_set, '') as code_set, owner_domain,
    array_to_string(reader_domains, ' ') as reader_domains, sensitivity,
    coalesce(freshness_days::text, '') as freshness_days, legal_basis, collected_by
from fields order by position
"""
# A county whose code has ended holds records until the last of them is re-keyed.
COUNTIES = """
select code from areas a where level = 'county' and (valid_to is null or exists (
    select from area_lineage l join area_changes c on c.id = l.change_id
    where l.old_code = a.code and c.state = 'rekeying'))
order by code
"""


async def ensure(connection: Connection) -> bool:
    """Write divisions, organisations and fields in the open transaction.

    Returns:
        Whether something was written; False when this release's data was there already.
    """
    await connection.execute(LOCK)
    digest = hashlib.sha256(_RULES_VERSION + b"".join(map(_read, _FILES))).digest()
    if await connection.fetchval(PRESENT, digest):
        return False
    await _write_areas(connection)
    await _write_fields(connection)
    await connection.execute(REMEMBER, digest)
    return True


async def catalogue_of(connection: Connection) -> Catalogue:
    """The field catalogue as the database holds it, with this release's code sets."""
    rows = await connection.fetch(CATALOGUE)
    return Catalogue(catalogue.fields_from([dict(row) for row in rows]), code_sets())


async def counties_of(connection: Connection) -> tuple[str, ...]:
    """Codes of all counties."""
    return tuple(row["code"] for row in await connection.fetch(COUNTIES))


def divisions() -> tuple[Division, ...]:
    """The divisions of this release's reference data, in code order."""
    return divisions_from(csv.DictReader(StringIO(_read("divisions.csv").decode())))


def code_sets() -> dict[str, frozenset[str]]:
    """Allowed codes by set."""
    sets = orjson.loads(_read("code_sets.json"))["sets"]
    return {s["code"]: frozenset(value["code"] for value in s["values"]) for s in sets}


def code_sets_text() -> bytes:
    """The code sets with their words, as the JSON text of an array."""
    return orjson.dumps(orjson.loads(_read("code_sets.json"))["sets"])


async def _write_areas(connection: Connection) -> None:
    listed = divisions()
    await connection.execute(
        AREAS,
        [d.code for d in listed],
        [d.level for d in listed],
        [d.name for d in listed],
        [d.name_ko or None for d in listed],
        [d.name_en or None for d in listed],
        [d.urban for d in listed],
    )
    columns = zip(*organisations.organisations_of(listed), strict=True)
    await connection.execute(ORGANISATIONS, *map(list, columns))


async def _write_fields(connection: Connection) -> None:
    rows = csv.DictReader(StringIO(_read("fields.csv").decode()))
    values = [
        (
            f.code, position, f.name_zh, f.name_ko, f.name_en, f.type, f.code_set, f.owner,
            sorted(f.readers), f.sensitivity, f.freshness_days, f.legal_basis, f.collected_by,
        )
        for position, f in enumerate(catalogue.fields_from(rows))
    ]  # fmt: skip
    await connection.executemany(FIELDS, values)


def _read(name: str) -> bytes:
    return resources.files(_PACKAGE).joinpath("reference", name).read_bytes()
