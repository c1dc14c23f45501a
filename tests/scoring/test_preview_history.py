"""A draft over every stored listing: each counts once, as it was seen last, for its client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import FoundListing, Listing, Provider
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.scoring.preview_history import preview_history
from infringement_dagster.scoring.preview_result import HistoryPreview
from infringement_dagster.scoring.stored_history import seen_rows, stored_history
from infringement_dagster.snapshots.listings import listings_frame, listings_of
from infringement_dagster.snapshots.photos import photos_frame, photos_of
from infringement_dagster.snapshots.scores import scores_frame
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.photo_store import put_listing_photos
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto
from tests.support.kept_photos import keep_photo
from tests.support.photos import encoded, product
from tests.support.scene import NOON, a_listing, ask_for_scan
from tests.support.snapshots import keep_table

AMAZON: Provider = "amazon"
CONFIG: dict[str, object] = {
    "brands": [{"name": "Acme", "price_floor": {"amount": "60", "currency": "EUR"}}],
    "searches": {"amazon": {"queries": ["acme"]}},
    "fraud_terms": ["replica"],
}
GENUINE, COPY = "Acme bottle 750 ml", "Acme bottle replica"


def config(**changes: object) -> ClientConfig:
    return read_client_config("acme", 9, CONFIG | changes)


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


@pytest.fixture
def decoder() -> Iterator[BlockingDecoder]:
    with BlockingDecoder() as decoder:
        yield decoder


def client_with_config(database: Database, client_id: str) -> UUID:
    """The id of a scan of the new client that left no snapshot; its config is the second one."""
    with database.client(client_id) as c:
        add_client(c, client_id, client_id)
        save_config(c, client_id, {"brands": []}, "tests")
        save_config(c, client_id, CONFIG, "tests")
        return ask_for_scan(c, client_id, AMAZON)


def scanned(database: Database, objects: ObjectStore, client_id: str, *listings: Listing) -> UUID:
    """The id of a further scan that found these, and handed them over."""
    with database.client(client_id) as c:
        scan_id = ask_for_scan(c, client_id, AMAZON)
        put_listings(c, client_id, scan_id, listings)
    found = listings_frame([FoundListing(listing, "page") for listing in listings])
    keep_table(database, objects, client_id, scan_id, "raw_listings", found)
    return scan_id


def previewed(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    draft: ClientConfig,
    told: list[tuple[int, int]] | None = None,
) -> HistoryPreview:
    progress = [] if told is None else told
    (found,) = preview_history(
        database,
        objects,
        decoder,
        "acme",
        draft,
        None,
        lambda done, of: progress.append((done, of)),
    )
    return found


def added_up(found: HistoryPreview) -> int:
    lost = sum(item.listings for item in found.not_compared)
    return found.newly_flagged + found.dropped + found.unchanged + lost


def test_each_stored_listing_counts_once_as_it_was_seen_last(
    database: Database, objects: ObjectStore, decoder: BlockingDecoder
) -> None:
    first = client_with_config(database, "acme")
    with database.client("acme") as c:  # an old scan, whose snapshots are gone
        put_listings(c, "acme", first, [a_listing("OLD", title=COPY), a_listing("B1", title=COPY)])
    scanned(database, objects, "acme", a_listing("B1", title=COPY), a_listing("B2", title=COPY))
    scanned(database, objects, "acme", a_listing("B2", title=GENUINE))
    client_with_config(database, "beta")
    scanned(database, objects, "beta", a_listing("FOREIGN", title=COPY))

    history = stored_history(database, objects, "acme", AMAZON, None)
    titles = {item.listing_id: item.title for item in listings_of(history.listings.collect())}
    assert titles == {"B1": COPY, "B2": GENUINE, "OLD": COPY}
    assert history.from_snapshots == 2

    told: list[tuple[int, int]] = []
    nobody = {"review": 0.99999, "notice_ready": 0.999999}
    found = previewed(database, objects, decoder, config(thresholds=nobody), told)
    assert (found.stored, found.from_snapshots) == (3, 2)
    assert added_up(found) == found.stored
    assert {change.listing_id for change in found.strongest_dropped} >= {"B1", "OLD"}
    assert found.dropped == found.flagged_before
    assert found.flagged_after == 0
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)


def test_a_rescore_reads_what_snapshots_of_its_time_show_and_nothing_else(
    database: Database, objects: ObjectStore
) -> None:
    first = client_with_config(database, "acme")
    with database.client("acme") as c:
        put_listings(c, "acme", first, [a_listing("OLD")])
    scanned(database, objects, "acme", a_listing("B1"), a_listing("B2", title=COPY))
    until = datetime.now(UTC)
    scanned(database, objects, "acme", a_listing("B2", title=GENUINE), a_listing("B3"))
    rows = seen_rows(database, objects, "acme", AMAZON, "raw_listings", until)
    assert {item.listing_id: item.title for item in listings_of(rows.collect())} == {
        "B1": "Bottle",
        "B2": COPY,
    }


def told_of(place: ListingPhoto) -> tuple[object, ...]:
    """All that is known of a kept photo; its hashes come in no order."""
    photo = place.photo
    assert isinstance(photo, KeptPhoto)
    hashed = photo.hashed
    facts = (hashed.width_px, hashed.height_px, hashed.media_type, frozenset(hashed.hashes))
    return place.listing_id, place.position, place.url, photo.sha256, *facts


def test_photos_come_from_the_snapshot_or_else_from_their_rows(
    database: Database, objects: ObjectStore
) -> None:
    first = client_with_config(database, "acme")
    photo = keep_photo(database, objects, encoded(product(1)), listing_id="OLD")
    kept = photo.photo
    assert isinstance(kept, KeptPhoto)
    with database.client("acme") as c:
        put_listings(c, "acme", first, [a_listing("OLD")])

        row = ListingPhotoRow(AMAZON, "OLD", photo.url, 0, StoredPhoto(kept.sha256), first, NOON)
        put_listing_photos(c, "acme", [row])
    scan_id = scanned(database, objects, "acme", a_listing("B1"))
    other = keep_photo(database, objects, encoded(product(2)), listing_id="B1")
    keep_table(database, objects, "acme", scan_id, "image_hashes", photos_frame([other]))
    photos = photos_of(stored_history(database, objects, "acme", AMAZON, None).photos.collect())
    assert {key: list(map(told_of, places)) for key, places in photos.items()} == {
        "OLD": [told_of(photo)],
        "B1": [told_of(other)],
    }


def test_kept_scores_stand_where_the_saved_config_would_give_them(
    database: Database, objects: ObjectStore, decoder: BlockingDecoder
) -> None:
    client_with_config(database, "acme")
    listings = [a_listing(f"B{number}", title=COPY) for number in range(4)]
    scorer = Scorer(config(), ())
    kept = {listing.listing_id: scorer.score(listing, ()) for listing in listings}
    scan_id = scanned(database, objects, "acme", *listings)
    some = {key: kept[key] for key in ("B0", "B1", "B2")}
    keep_table(database, objects, "acme", scan_id, "scores", scores_frame(some, 2))
    scanned(database, objects, "acme", listings[2])  # seen since: its score tells of an older one
    weights = config(weights={"low_price": 0, "fraud_terms": 0})
    found = previewed(database, objects, decoder, weights)
    assert (found.stored, found.scored_anew) == (4, 2)
    assert added_up(found) == 4
    words = previewed(database, objects, decoder, config(fraud_terms=["replica", "bottle"]))
    assert words.scored_anew == 4
    old = scores_frame(dict.fromkeys(kept, next(iter(kept.values()))), 1)  # by no brand at all
    keep_table(database, objects, "acme", scanned(database, objects, "acme"), "scores", old)
    assert previewed(database, objects, decoder, weights).scored_anew == 4


def test_a_listing_that_cannot_be_scored_is_told_of(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client_with_config(database, "acme")
    scanned(database, objects, "acme", a_listing("B1"), a_listing("BAD"), a_listing("B2"))
    score = Scorer.score

    def poisoned(self: Scorer, listing: Listing, *given: object) -> object:
        if listing.listing_id == "BAD":
            raise ValueError("no such price")
        return score(self, listing, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Scorer, "score", poisoned)
    found = previewed(database, objects, decoder, config(weights={"low_price": 2}))
    (lost,) = found.not_compared
    assert (lost.reason, lost.detail, lost.listings) == (
        "scorer_error",
        "ValueError: no such price",
        1,
    )
    assert added_up(found) == found.stored == 3


def test_the_strongest_changes_are_shown_first_and_are_few(
    database: Database, objects: ObjectStore, decoder: BlockingDecoder
) -> None:
    client_with_config(database, "acme")
    listings = [
        a_listing(f"B{number:02}", title=f"{COPY} {number}", low=f"{9 + number / 20:.2f}")
        for number in range(40)
    ]
    scanned(database, objects, "acme", *listings)
    found = previewed(database, objects, decoder, config(allowed_sellers=["Cheap & Co"]))
    assert found.dropped == found.flagged_before > 24
    assert len(found.strongest_dropped) == 24
    falls = [change.before - change.after for change in found.strongest_dropped]
    assert falls == sorted(falls, reverse=True)
    assert falls[0] > 0
