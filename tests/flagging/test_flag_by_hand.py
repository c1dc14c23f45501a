"""A case opened by a person: evidence first, once whoever asks, and outliving later scores."""

from __future__ import annotations

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from infringement_dagster.domain.listing import FoundListing
from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.flagging.flag_by_hand import (
    HandFlagging,
    NotScored,
)
from infringement_dagster.flagging.flag_cases import CaseFlagging
from infringement_dagster.flagging.freeze_kept import NotKept
from infringement_dagster.flagging.seal_chain import check_chain, check_files
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.snapshots.listings import listings_frame
from infringement_dagster.snapshots.photos import photos_frame
from resources.postgres.cases import case_lists, case_store
from resources.postgres.clients.audit import Doer, entries_before
from resources.postgres.events.event_store import events_after
from resources.postgres.listings import listing_store, score_store
from resources.postgres.listings.listing_store import UnknownListing
from resources.postgres.scans import rescore_store
from tests.flagging.test_flag_cases import KEY, Flagger, flagger, photos
from tests.support.scene import a_listing, a_score
from tests.support.snapshots import keep_table

__all__ = ["flagger"]  # a fixture
ANN = Doer("user:ann", "192.0.2.0")


def seen_below(flagger: Flagger, *, probability: float = 0.2, is_kept: bool = True) -> ScanRun:
    """A run that has seen listing B01 and scored it below the threshold."""
    run, listing = flagger.begin(), a_listing("B01")
    page_key = f"clients/acme/pages/{run.scan_id}.json"
    flagger.objects.put_once(page_key, json.dumps(str(run.scan_id)).encode())
    with flagger.database.client("acme") as c:
        listing_store.put_listings(c, "acme", run.scan_id, [listing])
        scores = {"B01": a_score(probability)}
        score_store.put_scores(c, "acme", run.scan_id, "amazon", 1, scores)
    if is_kept:
        for asset, frame in (
            ("raw_listings", listings_frame([FoundListing(listing, page_key)])),
            ("image_hashes", photos_frame(photos("B01"))),
        ):
            keep_table(flagger.database, flagger.objects, "acme", run.scan_id, asset, frame)
    return run


def by_hand(flagger: Flagger) -> HandFlagging:
    return HandFlagging(flagger.database, flagger.objects, "acme", ANN)


def case_row(flagger: Flagger, case_id: UUID) -> case_lists.CaseSummaryRow:
    with flagger.database.client("acme") as c:
        case = case_lists.get_case(c, "acme", case_id)
    assert case is not None
    return case


def told_of(flagger: Flagger) -> tuple[list[str], list[str]]:
    """The types of events about cases, and the actions of the audit trail."""
    with flagger.database.client("acme") as c:
        events = [event.type for event in events_after(c, "acme", 0, 100)]
        actions = [entry.action for entry in entries_before(c, "acme", 100)]
    return [name for name in events if name.startswith("case.")], actions


def test_a_listing_below_the_threshold_becomes_a_case_with_evidence(flagger: Flagger) -> None:
    run = seen_below(flagger)
    case = by_hand(flagger).flag("amazon", "B01")
    row = case_row(flagger, case.case_id)
    assert (case.created, row.state, row.origin, row.flagged_by) == (
        True,
        "open",
        "by_hand",
        "user:ann",
    )
    assert (row.probability, row.violation_type, row.scan_id) == (0.2, "stolen_photo", run.scan_id)
    assert flagger.kinds(case.case_id) == {
        "listing_payload": 1,
        "manifest": 1,
        "page_facts": 1,
        "photo": 1,
        "provider_page": 1,
    }
    facts = json.loads(*flagger.frozen(case.case_id, "page_facts"))
    assert (facts["origin"], facts["sampled_chance"]) == ("by_hand", None)
    assert told_of(flagger) == (["case.flagged_by_hand"], ["case.flagged_by_hand"])
    assert list(check_chain(flagger.database, flagger.objects, "acme")) == []
    assert list(check_files(flagger.database, flagger.objects, "acme")) == []
    bundle = flagger.bundle(case.case_id)
    assert verify_bundle(bundle, [KEY.public.fingerprint]).findings == ()
    summary = zipfile.ZipFile(io.BytesIO(bundle)).read("summary.html").decode()
    assert "flagged by a person, not by its score" in summary


def test_of_many_who_flag_it_at_once_one_opens_the_case(flagger: Flagger) -> None:
    seen_below(flagger)
    with ThreadPoolExecutor(4) as threads:
        cases = list(threads.map(lambda _: by_hand(flagger).flag("amazon", "B01"), range(4)))
    assert len({case.case_id for case in cases}) == 1
    assert [case.created for case in cases].count(True) == 1
    assert told_of(flagger) == (["case.flagged_by_hand"], ["case.flagged_by_hand"])
    assert flagger.links() == 1


def test_a_killed_attempt_leaves_no_case_and_the_next_one_finds_all_it_needs(
    flagger: Flagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_below(flagger)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("infringement_dagster.flagging.flag_by_hand.append_events", die)
        with pytest.raises(KeyboardInterrupt):
            by_hand(flagger).flag("amazon", "B01")
    assert told_of(flagger) == ([], [])
    assert flagger.links() == 0
    assert by_hand(flagger).flag("amazon", "B01").created


def test_later_scores_neither_drop_the_case_nor_open_it_again(flagger: Flagger) -> None:
    run = seen_below(flagger)
    case = by_hand(flagger).flag("amazon", "B01")
    with flagger.database.client("acme") as c:
        low = {"B01": 0.1}
        dropped = rescore_store.drop_cases(c, "acme", run.scan_id, "amazon", 1, low)
    assert dropped == 0
    assert flagger.flag([a_listing("B01")]) == [case.case_id]
    row = case_row(flagger, case.case_id)
    assert (row.state, row.origin, row.probability) == ("open", "by_hand", 0.9)


def test_a_known_case_is_given_back_as_it_is(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")])
    case = by_hand(flagger).flag("amazon", "B01")
    assert (case.case_id, case.created) == (case_id, False)
    assert case_row(flagger, case_id).origin == "flagged"
    assert told_of(flagger) == (["case.flagged"], [])


def test_the_score_of_a_rescore_since_counts(flagger: Flagger) -> None:
    seen_below(flagger)
    with flagger.database.client("acme") as c:
        rescore = rescore_store.queue_rescore(c, "acme", 1, "tests", ["amazon"])
        scores = {"B01": a_score(0.4)}
        score_store.put_scores(c, "acme", rescore.scan_id, "amazon", 1, scores)
    case = by_hand(flagger).flag("amazon", "B01")
    row = case_row(flagger, case.case_id)
    assert (row.probability, row.scan_id) == (0.4, rescore.scan_id)


def test_lists_and_counts_tell_it_from_what_was_flagged_or_drawn(flagger: Flagger) -> None:
    seen_below(flagger)
    case = by_hand(flagger).flag("amazon", "B01")
    flagger.flag([a_listing("B02")])
    with flagger.database.client("acme") as c:
        for origin, expected in (("by_hand", 1), ("flagged", 1), ("sampled", 0)):
            wanted = case_lists.CaseFilter(origin=origin)  # type: ignore[arg-type] # literals above
            assert len(case_lists.case_page(c, "acme", wanted, "newest", 9)) == expected
            assert case_store.count_cases(c, "acme", origin=wanted.origin) == expected
        assert case_store.shown_listings(c, "acme") == {"by_hand": 1.0, "flagged": 1.0}
        (row,) = case_store.list_cases(c, "acme", 9, origin="by_hand")
    assert row.case_id == case.case_id


def test_what_cannot_be_flagged_is_told_with_its_reason(flagger: Flagger) -> None:
    with pytest.raises(UnknownListing, match="client acme knows no listing B01 of amazon"):
        by_hand(flagger).flag("amazon", "B01")
    with flagger.database.client("acme") as c:
        listing_store.put_listings(c, "acme", flagger.begin().scan_id, [a_listing("B02")])
    with pytest.raises(NotScored, match="listing B02 of amazon has no score of scan"):
        by_hand(flagger).flag("amazon", "B02")
    seen_below(flagger, is_kept=False)
    with pytest.raises(NotKept, match="the pages are kept no longer"):
        by_hand(flagger).flag("amazon", "B01")
    assert told_of(flagger) == ([], [])


def test_a_page_that_is_gone_is_told_as_well(flagger: Flagger) -> None:
    run = seen_below(flagger)
    flagger.objects.delete([f"clients/acme/pages/{run.scan_id}.json"])
    with pytest.raises(NotKept):
        by_hand(flagger).flag("amazon", "B01")


def test_a_case_by_hand_is_no_flag_to_a_run(flagger: Flagger) -> None:
    """A run that scores it below the threshold leaves the case and its evidence alone."""
    seen_below(flagger)
    case = by_hand(flagger).flag("amazon", "B01")
    run = flagger.begin()
    with flagger.database.client("acme") as c:
        listing_store.put_listings(c, "acme", run.scan_id, [a_listing("B01")])
    cases = CaseFlagging(run, flagger.database, flagger.objects, {}, {}).flag({"B01": a_score(0.1)})
    assert cases == []
    assert flagger.kinds(case.case_id)["manifest"] == 1
