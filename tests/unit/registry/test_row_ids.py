import uuid

from services.registry.store.row_ids import new_ids


def test_ids_made_together_are_valid_distinct_and_ascending() -> None:
    made = new_ids(20_000)
    assert made == sorted(set(made))
    parsed = [uuid.UUID(text) for text in (made[0], made[-1])]
    assert [(one.version, one.variant) for one in parsed] == [(7, uuid.RFC_4122)] * 2
    assert new_ids(0) == []
