"""The statements that write a chunk of an import into the record, one for each table."""

from typing import Final

from services.registry.store.packed import column, columns

COLUMNS: Final = (
    "name", "name_ko", "name_pinyin", "sex", "born_on", "residency", "usual_language", "relation",
    "dwelling",
)  # fmt: skip
"""Columns that are read and written in the clear."""

# Imports of one county take turns, so that two of them never wait for each other's residents.
LOCK = "select pg_advisory_xact_lock(hashtext('registry.import.' || $1))"
FIND = "select index, county, resident_id from identifiers where kind = $1 and index = any ($2)"
_SHOWN = ("text", "text", "text", "text", "text", "date", "bytea", "bytea", "text", "text", "text")
# What is asserted is asked for by resident: made a join, the planner read the county's assertions.
# Of the facts only those that are asked for: a record that is complete has thirty.
READ = f"""
select id, version, observed_on, phone_sealed, phone_index,
    array(select f.field from unnest($3::text[]) as f (field)
        where (select true from assertions a
            where a.county = $1 and a.resident_id = residents.id and a.field = f.field
            limit 1)) as asserted,
    array(select (facts -> f.field)::text from unnest($4::text[]) as f (field)) as entries,
    {", ".join(COLUMNS).replace("born_on", "born_on::text")}
from residents where county = $1 and id = any ($2)
"""
HOLD = f"{READ} order by id for no key update"
HOLD_VERSIONS = """
select id, version from residents where county = $1 and id = any ($2)
order by id for no key update
"""
REGISTER = f"""
insert into residents (county, id, name, name_ko, name_pinyin, name_keys, sex, born_on,
    document_kind, document_sealed, document_index, phone_sealed, phone_index, residency,
    usual_language, relation, dwelling, facts, observed_on, changed_by, change_reason)
select $1, g.id, g.name, g.name_ko, g.name_pinyin, string_to_array(g.name_keys, E'\\x1d'), g.sex,
    g.born_on, $2, g.document_sealed, g.document_index, g.phone_sealed, g.phone_index,
    g.residency, g.usual_language, g.relation, $1, g.facts, g.observed_on, $3, $4
from unnest({columns(5, "uuid", *_SHOWN, "jsonb", "bytea", "bytea", "date")})
    as g (id, name, name_ko, name_pinyin, name_keys, sex, born_on, phone_sealed, phone_index,
        residency, usual_language, relation, facts, document_sealed, document_index, observed_on)
"""
IDENTIFY = f"""
insert into identifiers (kind, index, county, resident_id)
select $1, g.index, $2, g.id from unnest({columns(3, "bytea", "uuid")}) as g (index, id)
on conflict (kind, index) do nothing returning 1
"""
CHANGE = f"""
update residents r set version = r.version + 1, facts = r.facts || g.facts,
    name = coalesce(g.name, r.name), name_ko = coalesce(g.name_ko, r.name_ko),
    name_pinyin = coalesce(g.name_pinyin, r.name_pinyin),
    name_keys = coalesce(string_to_array(g.name_keys, E'\\x1d'), r.name_keys),
    sex = coalesce(g.sex, r.sex), born_on = coalesce(g.born_on, r.born_on),
    phone_sealed = coalesce(g.phone_sealed, r.phone_sealed),
    phone_index = coalesce(g.phone_index, r.phone_index),
    residency = coalesce(g.residency, r.residency),
    usual_language = coalesce(g.usual_language, r.usual_language),
    relation = coalesce(g.relation, r.relation),
    updated_at = clock_timestamp(), changed_by = $2, change_reason = $3
from unnest({columns(4, "uuid", *_SHOWN, "jsonb")})
    as g (id, name, name_ko, name_pinyin, name_keys, sex, born_on, phone_sealed, phone_index,
        residency, usual_language, relation, facts)
where r.county = $1 and r.id = g.id
"""
# `limit` keeps these questions look-ups by resident: made an anti-join, the planner read
# every assertion of the county for each chunk.
# What was shown before is kept once, where nobody asserted that field yet.
_SAID = columns(2, "uuid", "text", "jsonb", "bytea", "bytea", "date")
BASELINE = f"""
insert into assertions (county, resident_id, field, value, value_sealed, value_index, observed_on,
    method, domain, observed_at, id, recorded_at)
select $1, g.*, r.recorded_at
from unnest({_SAID}, $8::text[], $9::text[], $10::timestamptz[], {column(11, "uuid")})
    as g (resident_id, field, value, value_sealed, value_index, observed_on, method, domain,
        observed_at, id)
join residents r on (r.county, r.id) = ($1, g.resident_id)
where (
    select true from assertions a
    where a.county = $1 and a.resident_id = g.resident_id and a.field = g.field
    limit 1) is null
"""
# $1 county, $2 method, $3 domain, $4 organisation, $5 collector, $6 import.
ASSERT_FIRST = f"""
insert into assertions (county, resident_id, field, value, value_sealed, value_index, observed_on,
    id, method, domain, organisation, collector, import_id)
select $1, g.*, $2, $3, $4, $5, $6
from unnest({columns(7, "uuid", "text", "jsonb", "bytea", "bytea", "date", "uuid")})
    as g (resident_id, field, value, value_sealed, value_index, observed_on, id)
"""
# The same statement sent again is the same statement.
ASSERT = f"""{ASSERT_FIRST}
where (
    select true from assertions a
    where a.county = $1 and a.resident_id = g.resident_id and a.field = g.field
        and a.method = $2 and a.domain = $3 and a.observed_on = g.observed_on
        and a.value is not distinct from g.value
        and a.value_index is not distinct from g.value_index
    limit 1) is null
"""
ACCESS = f"""
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields, id)
select $1, g.resident_id, $2, $3, $4, $5, $6, $7, $8, $9, g.id
from unnest({columns(10, "uuid", "uuid")}) as g (resident_id, id)
"""
