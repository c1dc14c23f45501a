from __future__ import annotations

from infringement_dagster.scans.poison_items import (
    CRASHES_OF_ITEM_MAX,
    REASON,
    Quarantine,
    quarantine,
    set_aside,
)


def test_who_was_never_in_hand_at_a_crash_is_handled_together() -> None:
    assert quarantine("abc", {}) == Quarantine(("a", "b", "c"), (), ())


def test_suspects_are_handled_alone_the_most_suspected_last_until_set_aside() -> None:
    crashes = {"b": 2, "c": 0, "d": CRASHES_OF_ITEM_MAX, "e": 1, "gone": 1}
    found = quarantine("abcde", crashes)
    assert found == Quarantine(("a",), ("c", "e", "b"), ("d",))
    assert [(item.item_key, item.outcome, item.reason) for item in set_aside(found)] == [
        ("d", "failed", REASON)
    ]
