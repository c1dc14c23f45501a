from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from infringement_dagster.domain.case import CaseFlag, FlaggedCase, StaleCase
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases.case_store import (
    UnknownCase,
    count_cases,
    flag_cases,
    list_cases,
)
from resources.postgres.cases.decision_store import decisions_of
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.score_store import put_scores
from resources.postgres.statements import RefusedRow
from tests.support.scene import Scene, a_listing, a_score, ask_for_scan, begin

FIRST, SECOND = CaseFlag("B01", 0.8, "stolen_photo"), CaseFlag("B02", 0.9, None)


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's running scan with three scored listings."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        scores = {listing.listing_id: a_score(0.8) for listing in scene.listings}
        put_scores(c, "acme", scene.scan_id, "amazon", 1, scores)
        return scene


def flag(
    database: Database, scene: Scene, *flags: CaseFlag, scan_id: UUID | None = None
) -> list[FlaggedCase]:
    with database.client("acme") as c:
        return flag_cases(c, "acme", scan_id or scene.scan_id, "amazon", 1, flags)


def case_events(database: Database) -> list[tuple[str, object]]:
    with database.client("acme") as c:
        events = events_after(c, "acme", 0, limit=999)
    return [
        (event.type, event.body["case_id"]) for event in events if event.type.startswith("case.")
    ]


def test_a_flagged_listing_is_one_case_and_one_event(database: Database, scene: Scene) -> None:
    flagged = flag(database, scene, SECOND, FIRST, replace(FIRST, probability=0.85))
    assert [(case.listing_id, case.created) for case in flagged] == [("B01", True), ("B02", True)]
    again = flag(database, scene, FIRST, SECOND)
    assert again == [replace(case, created=False) for case in flagged]
    assert flag(database, scene) == []
    expected = [("case.flagged", str(case.case_id)) for case in flagged]
    assert case_events(database) == expected
    with database.client("acme") as c:
        assert count_cases(c, "acme") == 2


def test_cases_are_listed_with_what_a_person_needs(database: Database, scene: Scene) -> None:
    flagged = flag(database, scene, FIRST, SECOND)
    with database.client("acme") as c:
        second, first = list_cases(c, "acme", limit=10)
        assert list_cases(c, "acme", limit=1) == [second]
    assert [first.case_id, second.case_id] == [case.case_id for case in flagged]
    assert (first.state, first.decision, first.version) == ("open", None, 1)
    assert (first.probability, first.violation_type) == (0.8, "stolen_photo")
    listing = scene.listings[0]
    assert listing.price is not None
    assert (first.title, first.url, first.image_url) == (
        listing.title,
        listing.url,
        listing.image_urls[0],
    )
    assert (first.price_low, first.currency) == (listing.price.low, "EUR")
    assert first.seller_name == "Cheap & Co"
    assert first.signals == a_score(0.8).signals


def test_a_case_of_a_listing_without_photo_or_score_is_listed(
    database: Database, scene: Scene
) -> None:
    bare = replace(a_listing("B09"), image_urls=(), price=None, seller=None)
    with database.client("acme") as c:
        put_listings(c, "acme", scene.scan_id, [bare])
    flag(database, scene, CaseFlag("B09", 0.6, None))
    with database.client("acme") as c:
        (case,) = list_cases(c, "acme", limit=10)
    assert (case.image_url, case.price_low, case.seller_name, case.signals) == (
        None,
        None,
        None,
        (),
    )


def test_a_decision_is_kept_and_a_rescan_does_not_touch_it(
    database: Database, scene: Scene
) -> None:
    case_id = flag(database, scene, FIRST, SECOND)[0].case_id
    with database.client("acme") as c:
        assert decide(c, "acme", case_id, "infringing", "copied photo", "ann", 1) == 2
        rescan = ask_for_scan(c, "acme")
    (reflagged,) = flag(database, scene, replace(FIRST, probability=0.95), scan_id=rescan)
    assert not reflagged.created
    with database.client("acme") as c:
        (decided,) = list_cases(c, "acme", limit=10, states=["decided"])
        assert [case.listing_id for case in list_cases(c, "acme", 10, ["open"])] == ["B02"]
        assert count_cases(c, "acme", ["decided"]) == 1
        assert count_cases(c, "acme", []) == 0
    assert (decided.state, decided.decision, decided.version) == ("decided", "infringing", 2)
    assert (decided.probability, decided.scan_id) == (0.95, rescan)
    assert decided.last_flagged_at > decided.first_flagged_at
    assert case_events(database)[2:] == [("case.decided", str(case_id))]


def test_every_decision_stays_in_the_history(database: Database, scene: Scene) -> None:
    case_id = flag(database, scene, FIRST)[0].case_id
    with database.client("acme") as c:
        decide(c, "acme", case_id, "unsure", "", "ann", 1)
        assert decide(c, "acme", case_id, "not_infringing", "reseller", "bob", 2) == 3
        first, second = decisions_of(c, "acme", case_id)
        assert decisions_of(c, "acme", uuid4()) == []
    assert (first.decision_no, first.decision, first.decided_by) == (1, "unsure", "ann")
    assert (second.decision_no, second.decision, second.reason) == (2, "not_infringing", "reseller")


def test_a_decision_on_what_has_changed_is_refused(database: Database, scene: Scene) -> None:
    case_id = flag(database, scene, FIRST)[0].case_id
    with database.client("acme") as c:
        decide(c, "acme", case_id, "infringing", "", "ann", 1)
        with pytest.raises(StaleCase, match="version 2, not at 1"):
            decide(c, "acme", case_id, "not_infringing", "", "bob", 1)
        with pytest.raises(UnknownCase, match="acme"):
            decide(c, "acme", uuid4(), "infringing", "", "ann", 1)
        assert len(decisions_of(c, "acme", case_id)) == 1
    assert len(case_events(database)) == 2


def test_a_flag_needs_its_listing_and_run(database: Database, scene: Scene) -> None:
    with pytest.raises(RefusedRow, match="listings"):
        flag(database, scene, CaseFlag("B99", 0.9, None))
    with pytest.raises(RefusedRow, match="runs"):
        flag(database, scene, FIRST, scan_id=uuid4())
    assert case_events(database) == []


DRAWN = CaseFlag("B03", 0.1, None, sampled_chance=0.02)


def test_a_sampled_case_says_so_and_is_an_event_of_its_own(
    database: Database, scene: Scene
) -> None:
    flagged, sampled = flag(database, scene, FIRST, DRAWN)
    assert flag(database, scene, DRAWN)[0].created is False
    with database.client("acme") as c:
        listed = {case.listing_id: case for case in list_cases(c, "acme", limit=10)}
        events = events_after(c, "acme", 0, limit=999)
        counted = [count_cases(c, "acme", origin=origin) for origin in ("flagged", "sampled")]
    assert counted == [1, 1]
    assert (listed["B03"].origin, listed["B03"].sampled_chance) == ("sampled", 0.02)
    assert (listed["B01"].origin, listed["B01"].sampled_chance) == ("flagged", None)
    assert case_events(database) == [
        ("case.flagged", str(flagged.case_id)),
        ("case.sampled", str(sampled.case_id)),
    ]
    assert events[-1].body["sampled_chance"] == 0.02


def test_a_sampled_case_that_its_score_flags_later_is_flagged(
    database: Database, scene: Scene
) -> None:
    (sampled,) = flag(database, scene, DRAWN)
    flag(database, scene, replace(DRAWN, probability=0.9, sampled_chance=None))
    flag(database, scene, DRAWN)  # a step that is repeated with older scores
    with database.client("acme") as c:
        (case,) = list_cases(c, "acme", limit=10)
    assert (case.case_id, case.origin) == (sampled.case_id, "flagged")
    kinds = [kind for kind, _ in case_events(database)]
    assert kinds == ["case.sampled", "case.flagged"]


def test_a_decided_sampled_case_keeps_its_chance(database: Database, scene: Scene) -> None:
    (sampled,) = flag(database, scene, DRAWN)
    with database.client("acme") as c:
        decide(c, "acme", sampled.case_id, "infringing", "missed", "ann", 1)
    flag(database, scene, replace(DRAWN, probability=0.9, sampled_chance=None))
    with database.client("acme") as c:
        (case,) = list_cases(c, "acme", limit=10)
    assert (case.state, case.sampled_chance) == ("decided", 0.02)
