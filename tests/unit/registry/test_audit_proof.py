"""Whatever is done to access records after they were sealed is found and named."""

import copy
import json
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.audit import chains, checkpoints, faults
from services.registry.domain.audit.checkpoints import CheckpointNotValid
from services.registry.domain.audit.faults import Report
from tests.factories.audit import PUBLIC, Export, flipped, record, verified, whole

Lines = list[dict[str, Any]]
WHOLE = {name: whole(name) for name in chains.ALGORITHMS}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_the_canonical_text_is_that_of_an_independent_writer(value: Any) -> None:
    assert chains.canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("algorithm", chains.ALGORITHMS)
def test_what_nobody_touched_agrees(algorithm: str) -> None:
    export = WHOLE[algorithm]
    report = verified(export.lines, export.checkpoints)
    assert report.faults == []
    assert (report.records, report.organisations, report.checkpoints) == (24, 2, 2)


def test_sm3_and_sha256_are_what_the_standards_say() -> None:
    assert chains.hashed(chains.SM3, b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert chains.hashed(chains.SHA256, b"abc").hex().startswith("ba7816bf8f01cfea")
    with pytest.raises(ValueError, match="md5"):
        chains.hashed("md5", b"")


def _records(lines: Lines) -> list[int]:
    return [n for n, line in enumerate(lines) if "record" in line]


def _blocks(lines: Lines) -> list[int]:
    return [n for n, line in enumerate(lines) if "block" in line]


CHANGES: dict[str, Any] = {
    "id": str(UUID(int=1 << 70)),
    "resident_id": str(UUID(int=8)),
    "read_at": "2026-11-30T15:00:00.000000Z",
    "reader": "u2",
    "reader_name": "别人",
    "role": "auditor",
    "organisation": "222406.housing",
    "purpose": "audit",
    "operation": "registry.residents.search",
    "fields": ["name"],
    "request_id": "other",
    "xact": 1,
}


@settings(max_examples=150)
@given(st.data())
def test_any_change_of_a_record_is_found(data: st.DataObject) -> None:
    export = whole()
    place = data.draw(st.sampled_from(_records(export.lines)))
    member = data.draw(st.sampled_from(sorted(CHANGES)))
    export.lines[place]["record"][member] = CHANGES[member]
    report = verified(export.lines, export.checkpoints)
    assert report.found
    assert all(fault.organisation and (fault.block or fault.record) for fault in report.faults)


@settings(max_examples=100)
@given(st.data())
def test_a_record_that_is_gone_doubled_or_put_elsewhere_is_found(data: st.DataObject) -> None:
    export = whole()
    places = _records(export.lines)
    one, other = data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
    what = data.draw(st.sampled_from(["removed", "doubled", "invented", "swapped", "moved"]))
    lines = export.lines
    if what == "removed":
        del lines[one]
    elif what == "doubled":
        lines.insert(other, lines[one])
    elif what == "invented":
        # Twice the number of the record it follows: between it and the next.
        made = copy.deepcopy(lines[one]["record"])
        made["id"] = made["id"][:-1] + "f"
        lines.insert(one + 1, {"record": made})
    elif what == "swapped":
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(other, lines.pop(one))
    report = verified(lines, export.checkpoints)
    # Behind everything it is a record like any other that was not sealed yet.
    assert report.found or (what == "invented" and report.waiting == 1)


@settings(max_examples=150)
@given(st.data())
def test_any_change_of_a_block_is_found(data: st.DataObject) -> None:
    export = whole()
    place = data.draw(st.sampled_from(_blocks(export.lines)))
    block = export.lines[place]["block"]
    member = data.draw(st.sampled_from(sorted(block)))
    value = block[member]
    block[member] = {
        "digests": lambda: flipped(value),
        "began": lambda: [value[0] + 1, value[1]],
        "ended": lambda: [value[0] + 1, value[1]],
        "rule": lambda: "x",
        "algorithm": lambda: "sm3",
        "kind": lambda: "retention",
        "sealed_at": lambda: "2026-12-01T00:00:00.000001Z",
        "month": lambda: "202510",
        "organisation": lambda: "222406.housing",
    }.get(member, lambda: value + 1 if isinstance(value, int) else "00" + value[2:])()
    assert verified(export.lines, export.checkpoints).found


@settings(max_examples=100)
@given(st.data())
def test_a_block_that_is_gone_or_put_elsewhere_is_found(data: st.DataObject) -> None:
    export = whole()
    places = _blocks(export.lines)
    one, other = data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
    what = data.draw(st.sampled_from(["removed", "doubled", "swapped", "moved"]))
    lines = export.lines
    if what == "removed":
        del lines[one]
    elif what == "doubled":
        lines.insert(one, lines[one])
    elif what == "swapped":
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(other, lines.pop(one))
    assert verified(lines, export.checkpoints).found


@given(st.integers(0, 30))
def test_an_end_that_was_cut_off_is_found(kept: int) -> None:
    export = whole()
    cut = export.lines[: min(kept, len(export.lines) - 1)]
    assert verified(cut, export.checkpoints).found


def test_rounds_cut_off_cleanly_are_found_by_the_checkpoint_and_named() -> None:
    export, shorter = whole(rounds=4), whole(rounds=3)
    report = verified(shorter.lines, export.checkpoints)
    assert {(f.kind, f.organisation) for f in report.faults} == {
        (faults.CUT, None),
        (faults.CUT, "222406.health"),
        (faults.CUT, "222406001"),
    }
    # Nothing outside the database says so: then nobody can tell, and the exit code says that.
    assert verified(shorter.lines, []).found == 0


def test_a_chain_that_was_made_anew_is_found_by_the_checkpoint() -> None:
    export, forged = whole(), Export()
    records = [line["record"] for line in export.lines if "record" in line]
    records[2]["reader"] = "somebody else"
    for first in range(0, 24, 6):
        forged.seal(records[first : first + 6])
    assert verified(forged.lines, []).found == 0
    found = verified(forged.lines, export.checkpoints)
    assert {fault.kind for fault in found.faults} == {faults.CHAIN}


def test_a_changed_record_is_named_with_organisation_block_and_id() -> None:
    export = whole()
    place = _records(export.lines)[7]
    changed = export.lines[place]["record"]
    changed["purpose"] = "audit"
    (fault,) = verified(export.lines, export.checkpoints).faults
    assert (fault.kind, fault.organisation, fault.record) == (
        faults.CHANGED,
        changed["organisation"],
        changed["id"],
    )
    assert fault.block is not None
    assert "记录被改动" in fault.text


@settings(max_examples=60)
@given(st.data())
def test_any_change_of_a_checkpoint_is_found(data: st.DataObject) -> None:
    export = whole(rounds=6)
    lines = export.checkpoints
    one = data.draw(st.integers(0, len(lines) - 1))
    what = data.draw(st.sampled_from(["removed", "swapped", "changed"]))
    if what == "removed" and one < len(lines) - 1:
        del lines[one]
    elif what == "swapped":
        other = (one + 1) % len(lines)
        lines[one], lines[other] = lines[other], lines[one]
    else:
        body = json.loads(lines[one])
        member = data.draw(st.sampled_from(sorted(body)))
        body[member] = {"number": 9, "round": 9, "ended": [1, "x"], "chains": []}.get(member, "00")
        lines[one] = chains.canonical(body)
    # The first may be missing: a file may begin later. Then it still holds what it names.
    report = verified(export.lines, lines)
    assert report.found or (what == "removed" and one == 0)


def test_a_checkpoint_of_another_key_is_not_believed() -> None:
    line = whole().checkpoints[0]
    assert checkpoints.read(line, [PUBLIC]).number == 1
    with pytest.raises(CheckpointNotValid, match="not given"):
        checkpoints.read(line, [])


def test_one_organisations_chain_stands_alone() -> None:
    export = whole()
    only = "222406.health"
    lines = [line for line in export.lines if next(iter(line.values()))["organisation"] == only]
    report = verified(lines, export.checkpoints, only)
    assert (report.faults, report.organisations) == ([], 1)
    del lines[-1]
    assert verified(lines, export.checkpoints, only).found


def _dropped(sealed_at: str, *, present: int) -> Report:
    export = whole()
    mine = {"222406.health", "222406001"}
    export.append(
        export.ended,
        [(organisation, "202611", b"") for organisation in sorted(mine)],
        kind=chains.RETENTION,
        rule="REGISTRY_ACCESS_KEEP_MONTHS=36",
        sealed_at=sealed_at,
    )
    export.check()
    november = [
        n for n in _records(export.lines) if export.lines[n]["record"]["read_at"] < "2026-11-30T16"
    ]
    for n in reversed(november[present:]):
        del export.lines[n]
    return verified(export.lines, export.checkpoints)


def test_what_retention_dropped_is_not_missed() -> None:
    report = _dropped("2029-12-01T00:00:00.000000Z", present=0)
    assert (report.faults, report.dropped) == ([], 6)


def test_a_month_dropped_too_early_or_only_in_part_is_found() -> None:
    early = _dropped("2029-11-30T00:00:00.000000Z", present=0)
    assert {fault.kind for fault in early.faults} == {faults.DROPPED}
    assert _dropped("2029-12-01T00:00:00.000000Z", present=2).found


def test_records_not_sealed_yet_wait_and_are_no_fault() -> None:
    export = whole()
    export.lines.append({"record": record(10_000, "222406.health")})
    report = verified(export.lines, export.checkpoints)
    assert (report.faults, report.waiting) == ([], 1)


def test_a_record_without_a_number_was_put_in_past_the_registry() -> None:
    export = whole()
    export.lines.append({"record": record(10_000, "222406.health", xact=None)})
    (fault,) = verified(export.lines, export.checkpoints).faults
    assert (fault.kind, fault.organisation) == (faults.INSERTED, "222406.health")
