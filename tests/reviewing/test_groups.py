"""A person's word on groups."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from infringement_dagster.domain.case import Decision
from infringement_dagster.reviewing.decide import DecidedAtOnce, decide, take_back_many
from infringement_dagster.reviewing.groups import (
    Group,
    NotInGroup,
    Proposed,
    StaleGroup,
    StaleProposals,
    confirm_proposed,
    decide_group,
    merge_groups,
    read_group,
    read_proposed,
    split_group,
)
from resources.postgres.cases import group_lists
from resources.postgres.cases.group_lists import UnknownGroup
from resources.postgres.database import Database
from tests.support.grouped import Found, GroupScene, begin

ANN = "user:ann"


@pytest.fixture
def acme(database: Database) -> GroupScene:
    """A group of three at two marketplaces and a case of its own."""
    scene = begin(database)
    scene.scan(
        Found("E1", probability=0.8),
        Found("E2", probability=0.7),
        Found("W1", seller="Meek", provider="walmart", probability=0.9),
        Found("E9", "Some other mug of glass", "Odd", "mug"),
    )
    return scene


def read(scene: GroupScene, listing_id: str) -> Group:
    with scene.database.client("acme") as c:
        return read_group(c, "acme", scene.group_of(listing_id))


def decide_all(
    scene: GroupScene, decision: Decision, *, but: Sequence[str] = (), seen: str | None = None
) -> list[UUID]:
    group = read(scene, "E1")
    left_out = [scene.case(listing_id) for listing_id in but]
    with scene.database.client("acme") as c:
        decided = decide_group(
            c,
            "acme",
            group.row.group_id,
            decision,
            "one workshop",
            ANN,
            seen or group.seen,
            left_out,
        )
    return decided.case_ids


def proposals(scene: GroupScene, listing_id: str) -> dict[str, str]:
    group = read(scene, listing_id)
    proposed = {item.case.listing_id: group.proposed(item) for item in group.cases}
    return {listing: found.decision for listing, found in proposed.items() if found is not None}


def split(scene: GroupScene, *listing_ids: str) -> UUID:
    with scene.database.client("acme") as c:
        cases = [scene.case(listing_id) for listing_id in listing_ids]
        return split_group(c, "acme", scene.group_of(listing_ids[0]), cases, ANN)


def merge(scene: GroupScene, listing_id: str, other: str) -> UUID:
    with scene.database.client("acme") as c:
        return merge_groups(c, "acme", scene.group_of(listing_id), scene.group_of(other), ANN)


def test_groups_are_listed_with_their_size_and_spread(acme: GroupScene) -> None:
    with acme.database.client("acme") as c:
        (row,) = group_lists.group_page(c, "acme", 10)
        lone = group_lists.group_page(c, "acme", 10, cases_min=1)
        after = group_lists.GroupPosition(row.open_cases, row.group_id)
        (left,) = group_lists.group_page(c, "acme", 10, cases_min=1, after=after)
    assert (row.cases, row.open_cases, row.sellers) == (3, 3, 2)
    assert (row.providers, row.probability) == (["ebay", "walmart"], 0.9)
    assert row.shown_case_id == acme.case("W1")
    assert [item.cases for item in lone] == [3, 1]
    assert left.cases == 1


def test_a_group_is_decided_once_but_for_the_exceptions_and_taken_back_at_once(
    acme: GroupScene,
) -> None:
    decided = decide_all(acme, "infringing", but=["E2"])
    assert set(decided) == {acme.case("E1"), acme.case("W1")}
    with acme.database.client("acme") as c:
        (event,) = c.execute("SELECT body FROM events WHERE type = 'group.decided'").fetchall()
        assert group_lists.group_page(c, "acme", 10)[0].open_cases == 1
        (taken,) = c.execute("SELECT DISTINCT decided_at FROM decisions").fetchall()
    assert (event[0]["cases"], event[0]["exceptions"]) == (2, 1)
    with acme.database.client("acme") as c:
        assert take_back_many(c, "acme", ANN, taken[0]) == 2
    assert read(acme, "E1").row.open_cases == 3


def test_later_cases_are_proposed_and_exceptions_are_not(acme: GroupScene) -> None:
    assert proposals(acme, "E1") == {}
    decide_all(acme, "infringing", but=["E2"])
    acme.scan(Found("E3", photo="copied+3"))
    assert proposals(acme, "E1") == {"E3": "infringing"}
    group = read(acme, "E3")
    assert group.proposal is not None
    assert (group.proposal.reason, group.proposal.cases) == ("one workshop", 2)
    with acme.database.client("acme") as c:
        decide(c, "acme", acme.case("E2"), "not_infringing", "a dealer", ANN, 1)
    assert proposals(acme, "E1") == {}  # the group's people disagree


def test_a_decided_case_keeps_its_decision_when_the_rest_is_decided(acme: GroupScene) -> None:
    with acme.database.client("acme") as c:
        decide(c, "acme", acme.case("E2"), "not_infringing", "a dealer", "user:bob", 1)
    assert set(decide_all(acme, "infringing")) == {acme.case("E1"), acme.case("W1")}
    row = read(acme, "E1").row
    assert (row.infringing_cases, row.lawful_cases) == (2, 1)


def test_cases_that_a_newer_config_drops_stand_in_their_group_and_wait_for_nobody(
    acme: GroupScene,
) -> None:
    with acme.database.client("acme") as c:
        c.execute("UPDATE cases SET state = 'dropped'")
        assert group_lists.group_page(c, "acme", 10, only_open=False) == []
    group = read(acme, "E1")
    assert (group.row.cases, group.row.open_cases, group.open_versions) == (3, 0, {})


def test_a_group_that_has_changed_since_it_was_read_is_not_decided(acme: GroupScene) -> None:
    seen = read(acme, "E1").seen
    acme.scan(Found("E3"))
    with pytest.raises(StaleGroup, match="nothing was written"):
        decide_all(acme, "infringing", seen=seen)
    assert read(acme, "E1").row.open_cases == 4


def test_two_who_decide_a_group_at_once_decide_it_once(acme: GroupScene) -> None:
    seen = read(acme, "E1").seen

    def attempt(decision: Decision) -> int:
        try:
            return len(decide_all(acme, decision, seen=seen))
        except StaleGroup:
            return 0

    with ThreadPoolExecutor(2) as threads:
        decided = list(threads.map(attempt, ("infringing", "not_infringing")))
    assert sorted(decided) == [0, 3]


def test_what_a_person_splits_off_stays_apart_in_later_scans(acme: GroupScene) -> None:
    assert split(acme, "W1") == acme.case("W1")
    acme.scan(Found("W2", seller="Meek", provider="walmart"), Found("E3"))
    assert acme.groups() == {
        frozenset({"E1", "E2", "E3"}),
        frozenset({"W1", "W2"}),
        frozenset({"E9"}),
    }
    group = read(acme, "W1")
    pinned = {item.case.listing_id: item.membership.pinned_by for item in group.cases}
    assert pinned == {"W1": ANN, "W2": None}
    assert any(edge.is_held_apart for edge in group.edges)


def test_what_a_person_merges_stays_together_in_later_scans(acme: GroupScene) -> None:
    assert merge(acme, "E9", "E1") == acme.case("E1")
    acme.scan(Found("E8", "Some other mug of glass", "Odd", "mug"))
    assert acme.groups() == {frozenset({"E1", "E2", "W1", "E9", "E8"})}
    with acme.database.client("acme") as c:
        row = c.execute("SELECT body FROM events WHERE type = 'group.merged'").fetchone()
    assert row is not None
    assert row[0]["by_person"] is True
    split(acme, "E8", "E9")
    assert acme.groups() == {frozenset({"E1", "E2", "W1"}), frozenset({"E9", "E8"})}


def test_what_cannot_be_done_to_a_group_is_refused_with_a_reason(acme: GroupScene) -> None:
    with pytest.raises(NotInGroup, match="no open cases"):
        decide_all(acme, "infringing", but=["E9"])
    with pytest.raises(NotInGroup, match="not all"):
        split(acme, "E1", "E2", "W1")
    with pytest.raises(NotInGroup, match="not all"):
        split(acme, "E1", "E9")
    with pytest.raises(NotInGroup, match="with itself"):
        merge(acme, "E1", "E2")
    with pytest.raises(UnknownGroup), acme.database.client("acme") as c:
        merge_groups(c, "acme", acme.group_of("E1"), UUID(int=1), ANN)
    decide_all(acme, "infringing")
    with pytest.raises(NotInGroup, match="no open case to decide"):
        decide_all(acme, "infringing")


def proposed(scene: GroupScene) -> Proposed:
    with scene.database.client("acme") as c:
        return read_proposed(c, "acme")


def confirm(scene: GroupScene, seen: str, *, but: Sequence[str] = ()) -> DecidedAtOnce:
    with scene.database.client("acme") as c:
        left_out = [scene.case(listing_id) for listing_id in but]
        return confirm_proposed(c, "acme", "user:bob", seen, left_out)


def newcomers(acme: GroupScene) -> None:
    """Two groups are decided differently, then three cases join them and one is like none."""
    acme.scan(Found("E8", "Some other mug of glass", "Odd", "mug"))
    decide_all(acme, "infringing")
    mugs = read(acme, "E9")
    with acme.database.client("acme") as c:
        decide_group(c, "acme", mugs.row.group_id, "not_infringing", "a mug", ANN, mugs.seen)
    acme.scan(
        Found("E3"),
        Found("E4", photo="copied+3"),
        Found("E7", "Some other mug of glass", "Odd", "mug"),
        Found("E6", "Nothing like the others at all", "New", "lamp"),
    )


def test_what_all_groups_propose_is_confirmed_at_once_for_their_reasons(acme: GroupScene) -> None:
    newcomers(acme)
    told = {item.case_id: item.decision for item in proposed(acme).cases}
    assert told == {
        acme.case("E3"): "infringing",
        acme.case("E4"): "infringing",
        acme.case("E7"): "not_infringing",
    }
    decided = confirm(acme, proposed(acme).seen, but=["E4"])
    with acme.database.client("acme") as c:
        taken = c.execute(
            "SELECT case_id, decision, reason FROM decisions WHERE decided_by = 'user:bob'"
        ).fetchall()
        events = c.execute(
            "SELECT body FROM events WHERE type = 'group.decided' ORDER BY event_no DESC LIMIT 2"
        ).fetchall()
    assert set(taken) == {
        (acme.case("E3"), "infringing", "one workshop"),
        (acme.case("E7"), "not_infringing", "a mug"),
    }
    assert {(e["decision"], e["cases"], e["exceptions"]) for (e,) in events} == {
        ("infringing", 1, 1),
        ("not_infringing", 1, 0),
    }
    assert proposed(acme).cases == []  # what was left out is proposed no more
    assert proposals(acme, "E4") == {}
    with acme.database.client("acme") as c:
        assert take_back_many(c, "acme", "user:bob", decided.decided_at) == 2
    assert [item.case_id for item in proposed(acme).cases] != []
    assert acme.case("E4") not in {item.case_id for item in proposed(acme).cases}


def test_earlier_exceptions_of_a_group_outlive_a_confirmation(acme: GroupScene) -> None:
    decide_all(acme, "infringing", but=["E2"])
    acme.scan(Found("E3"))
    confirm(acme, proposed(acme).seen)
    assert read(acme, "E1").row.open_cases == 1
    assert proposed(acme).cases == []


def test_nothing_is_confirmed_once_a_newcomer_or_another_decision_came(acme: GroupScene) -> None:
    newcomers(acme)
    seen = proposed(acme).seen
    acme.scan(Found("E5"))
    with pytest.raises(StaleProposals):
        confirm(acme, seen)
    seen = proposed(acme).seen
    # The group's mind is changed; the open cases are at the same versions as before.
    for listing_id in ("E1", "E2", "W1"):
        with acme.database.client("acme") as c:
            decide(c, "acme", acme.case(listing_id), "not_infringing", "", ANN, 2)
    with pytest.raises(StaleProposals):
        confirm(acme, seen)
    with pytest.raises(NotInGroup):
        confirm(acme, proposed(acme).seen, but=["E6"])


def test_cases_that_somebody_was_unsure_of_are_not_confirmed(acme: GroupScene) -> None:
    newcomers(acme)
    with acme.database.client("acme") as c:
        decide(c, "acme", acme.case("E3"), "unsure", "", ANN, 1)
    assert acme.case("E3") not in {item.case_id for item in proposed(acme).cases}
