import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.sealing import SealBroken, Sealer

KEYS = {1: bytes(32), 2: b"\x01" * 32}
SEALER = Sealer(KEYS, b"i" * 32)


@given(st.text(), st.binary())
def test_a_sealed_value_opens_in_its_own_context(value: str, context: bytes) -> None:
    assert SEALER.open(SEALER.seal(value, context), context) == value


@given(st.text(min_size=1), st.data())
def test_any_changed_bit_is_noticed(value: str, data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(value, b"phone"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        SEALER.open(bytes(sealed), b"phone")


def test_a_value_moved_to_another_record_does_not_open() -> None:
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal("13800000000", b"phone:1"), b"phone:2")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old = Sealer({1: KEYS[1]}, b"i" * 32).seal("value", b"x")
    assert SEALER.open(old, b"x") == "value"
    assert SEALER.seal("value", b"x")[:2] == b"\x00\x02"
    with pytest.raises(SealBroken):
        Sealer({1: KEYS[1]}, b"i" * 32).open(SEALER.seal("value", b"x"), b"x")


def test_the_same_value_is_sealed_differently_and_indexed_equally() -> None:
    assert SEALER.seal("value", b"x") != SEALER.seal("value", b"x")
    assert SEALER.blind_index("phone", "1") == SEALER.blind_index("phone", "1")
    assert SEALER.blind_index("phone", "1") != SEALER.blind_index("document", "1")
    assert SEALER.blind_index("phone", "1") != Sealer(KEYS, b"j" * 32).blind_index("phone", "1")


def test_the_first_index_key_makes_indexes_and_the_others_are_known() -> None:
    both = Sealer(KEYS, b"i" * 32, b"j" * 32)
    assert both.blind_index("phone", "1") == SEALER.blind_index("phone", "1")
    found = [both.blind_index("phone", "1", key) for key in both.index_keys]
    assert found == [Sealer(KEYS, key * 32).blind_index("phone", "1") for key in (b"i", b"j")]
