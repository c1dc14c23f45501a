from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.case import NO_SAMPLE, Sample
from infringement_dagster.domain.listing import FoundListing, Listing, Price, Provider
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.domain.score import (
    BrandRead,
    NotRecorded,
    PhotoRead,
    Region,
    Score,
    Shown,
    Signal,
)
from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.evidence.chain import NewManifest
from infringement_dagster.evidence.manifest import EvidenceKind
from infringement_dagster.evidence.signature import new_signing_key
from infringement_dagster.flagging.flag_cases import CaseFlagging
from infringement_dagster.flagging.sample_listings import may_be_sampled, sample_below
from infringement_dagster.flagging.seal_chain import check_chain, check_files
from infringement_dagster.scans.lease import ScanRun
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases import chain_store, evidence_store
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store, photo_store
from resources.postgres.listings.records import PhotoRow
from resources.postgres.scans import run_store, scan_store
from tests.support.bundling import bundle_of
from tests.support.scene import NOON, a_listing, a_score

KEY = new_signing_key()
PHOTO = b"the photo's original bytes"
REFERENCE = b"the client's own photo"
COPIED = Shown(
    sha256_hex(PHOTO), "reference-1", Region(0.25, 0.0, 0.75, 0.5), sha256_hex(REFERENCE)
)
CONFIG: dict[str, object] = {
    "brands": [{"name": "Acme"}],
    "searches": {"amazon": {"queries": ["acme"]}, "ebay": {"queries": ["acme"]}},
}


GONE = "clients/acme/pages/of-an-expired-scan.json"
NO_PAGES: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Flagger:
    """Flags listings as runs of client acme."""

    database: Database
    objects: ObjectStore

    def begin(self, provider: Provider = "amazon") -> ScanRun:
        with self.database.client("acme") as c:
            scan = scan_store.queue_scan(
                c,
                "acme",
                [provider],
                trigger="request",
                requested_by="tests",
                config_version=1,
            )
            run = run_store.start_run(c, "acme", scan.scan_id, provider, f"run-{scan.scan_id}")
        config = read_client_config("acme", 1, CONFIG)
        return ScanRun("acme", provider, scan.scan_id, run.epoch, config, "request")

    def flag(
        self,
        listings: list[Listing],
        run: ScanRun | None = None,
        score: Score | None = None,
        sample: Sample = NO_SAMPLE,
        own_pages: Mapping[str, bytes] = NO_PAGES,
    ) -> list[UUID]:
        run = run or self.begin()
        for key, content in own_pages.items():
            self.objects.put_once(key, content)
        page_key = f"clients/acme/pages/{run.scan_id}.json"
        self.objects.put_once(page_key, json.dumps(str(run.scan_id)).encode())
        with self.database.client("acme") as c:
            listing_store.put_listings(c, "acme", run.scan_id, listings)
        cases = CaseFlagging(
            run,
            self.database,
            self.objects,
            {
                listing.listing_id: FoundListing(listing, page_key, (*own_pages, GONE))
                for listing in listings
            },
            {listing.listing_id: photos(listing.listing_id) for listing in listings},
            sample,
        ).flag({listing.listing_id: score or a_score(0.9) for listing in listings})
        return [case.case_id for case in cases]

    def kinds(self, case_id: UUID) -> Counter[str]:
        with self.database.client("acme") as c:
            return Counter(row.kind for row in evidence_store.evidence_of(c, "acme", case_id))

    def frozen(self, case_id: UUID, kind: EvidenceKind) -> list[bytes]:
        with self.database.client("acme") as c:
            rows = evidence_store.evidence_of(c, "acme", case_id)
        return [self.objects.get(row.object_key) for row in rows if row.kind == kind]

    def bundle(self, case_id: UUID) -> bytes:
        with BlockingDecoder() as decoder:
            return bundle_of(self.database, self.objects, decoder, KEY, "acme", case_id)

    def links(self) -> int:
        with self.database.client("acme") as c:
            return chain_store.chain_end(c, "acme").chain_no


def photos(listing_id: str) -> list[ListingPhoto]:
    kept = KeptPhoto(sha256_hex(PHOTO), HashedPhoto(640, 480, "image/jpeg", ()))
    missed = MissedPhoto("not_found", "404")
    return [
        ListingPhoto(listing_id, 0, "https://shop.example/0.jpg", kept),
        ListingPhoto(listing_id, 1, "https://shop.example/1.jpg", missed),
    ]


@pytest.fixture
def flagger(database: Database, tmp_path: Path) -> Flagger:
    objects = ObjectStore(str(tmp_path / "objects"))
    with database.client("acme") as c:
        client_store.add_client(c, "acme", "Acme")
        client_store.save_config(c, "acme", CONFIG, "tests")
        for content in (PHOTO, REFERENCE):
            sha256 = sha256_hex(content)
            key = photo_key("acme", sha256)
            objects.put_once(key, content)
            row = PhotoRow(sha256, "image/jpeg", 640, 480, len(content), key, NOON)
            photo_store.put_photo(c, "acme", row)
    return Flagger(database, objects)


def test_an_unchanged_listing_is_not_captured_again(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")])
    before = set(flagger.objects.keys("clients"))
    assert flagger.flag([a_listing("B01")]) == [case_id]
    added = set(flagger.objects.keys("clients")) - before
    assert {key.split("/")[2] for key in added} == {"pages"}  # what the scan itself has read
    assert flagger.kinds(case_id) == {
        "listing_payload": 1,
        "manifest": 1,
        "page_facts": 1,
        "photo": 1,
        "provider_page": 1,
    }


def test_a_listings_own_pages_are_frozen_as_long_as_they_are_kept(flagger: Flagger) -> None:
    pages = {f"clients/acme/pages/own-{number}.json": b'{"own": %d}' % number for number in (1, 2)}
    told = replace(a_listing("B01"), details=ListingDetails(bullets=("warm",), gtin="96385074"))
    (case_id,) = flagger.flag([told], own_pages=pages)
    assert flagger.kinds(case_id)["listing_page"] == 2
    assert sorted(flagger.frozen(case_id, "listing_page")) == sorted(pages.values())
    (facts,) = flagger.frozen(case_id, "page_facts")
    named = [page["sha256"] for page in json.loads(facts)["listing_pages"]]
    assert named == [sha256_hex(content) for content in pages.values()]
    (payload,) = flagger.frozen(case_id, "listing_payload")
    assert json.loads(payload)["details"]["bullets"] == ["warm"]
    bundle = flagger.bundle(case_id)
    assert verify_bundle(bundle, [KEY.public.fingerprint]).findings == ()
    assert bundle.count(b'{"own": 1}') == 1


def test_a_second_capture_stores_no_second_copy_of_a_photo(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")])
    cheaper = replace(a_listing("B01"), price=Price(Decimal(8), Decimal(8), "EUR"))
    flagger.flag([cheaper])
    kinds = flagger.kinds(case_id)
    assert (kinds["manifest"], kinds["listing_payload"], kinds["photo"]) == (2, 2, 1)
    copies = [key for key in flagger.objects.keys("") if flagger.objects.get(key) == PHOTO]
    assert copies == [photo_key("acme", sha256_hex(PHOTO))]
    bundle = flagger.bundle(case_id)
    verified = verify_bundle(bundle, [KEY.public.fingerprint])
    assert (verified.findings, verified.manifests, verified.links) == ((), 2, 2)
    assert bundle.count(PHOTO) == 1


def test_facts_name_missed_photos_and_where_the_page_came_from(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")])
    facts = json.loads(*flagger.frozen(case_id, "page_facts"))
    assert [fact["reason"] for fact in facts["pictures"]] == [None, "failed: not_found"]
    assert facts["url"] == a_listing("B01").url
    assert facts["software"].startswith("infringement-dagster ")
    assert (facts["config_version"], facts["provider"]) == (1, "amazon")
    assert "unavailable" in facts["request"]  # no search has read this page


def a_sighting(value: float) -> Score:
    read = BrandRead("Acme", "misspelt", "ACMEE", 4)
    signals = (
        Signal("brand_use", 0.9, "'acmee' reads as Acme", 1.0, read),
        Signal("image_local", value, "40 key points on one map", 2.0, COPIED),
    )
    return Score(0.9, False, "noisy-or/1", signals, "stolen_photo")


def test_evidence_names_the_copied_reference_the_region_and_the_words(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")], score=a_sighting(0.9))
    facts = json.loads(*flagger.frozen(case_id, "page_facts"))
    basis = {fact["name"]: fact["basis"] for fact in facts["score"]["signals"]}
    assert basis["image_local"] == {
        "kind": "photo",
        "photo_id": sha256_hex(PHOTO),
        "reference_id": "reference-1",
        "reference_sha256": sha256_hex(REFERENCE),
        "region": [0.25, 0.0, 0.75, 0.5],
    }
    assert (basis["brand_use"]["text"], basis["brand_use"]["field"]) == ("ACMEE", "title")
    assert flagger.frozen(case_id, "reference_photo") == [REFERENCE]
    bundle = flagger.bundle(case_id)
    assert verify_bundle(bundle, [KEY.public.fingerprint]).findings == ()
    assert REFERENCE in bundle
    summary = zipfile.ZipFile(io.BytesIO(bundle)).read("summary.html").decode()
    reference = sha256_hex(REFERENCE)
    assert f"Match with reference <code>reference-1</code>, SHA-256 <code>{reference}" in summary
    assert "seen from 25% to 75% across and 0% to 50% down" in summary
    assert f'src="references/{reference}.jpg"' in summary
    assert "left:25.00%;top:0.00%;width:50.00%;height:50.00%" in summary
    assert "from “<bdi>ACMEE</bdi>” in the title (misspelt)" in summary


def test_evidence_holds_the_larger_photo_in_which_a_name_was_read(flagger: Flagger) -> None:
    larger = b"the same photo in a larger size"
    sha256, key = sha256_hex(larger), photo_key("acme", sha256_hex(larger))
    flagger.objects.put_once(key, larger)
    row = PhotoRow(sha256, "image/jpeg", 1600, 1200, len(larger), key, NOON)
    with flagger.database.client("acme") as c:
        photo_store.put_photo(c, "acme", row)
    region = Region(0.2, 0.5, 0.6, 0.6)
    read = PhotoRead("Acme", "exact", "ACME TRAIL", 0.97, sha256_hex(PHOTO), region, sha256)
    signals = (Signal("brand_in_photo", 0.9, "'ACME TRAIL' in a photo reads as Acme", 1.0, read),)
    score = Score(0.9, False, "noisy-or/3", signals, "counterfeit_suspicion")
    (case_id,) = flagger.flag([a_listing("B01")], score=score)
    assert sorted(flagger.frozen(case_id, "photo")) == sorted([PHOTO, larger])
    facts = json.loads(*flagger.frozen(case_id, "page_facts"))
    (basis,) = (fact["basis"] for fact in facts["score"]["signals"])
    assert (basis["text"], basis["read_sha256"]) == ("ACME TRAIL", sha256)
    bundle = flagger.bundle(case_id)
    assert verify_bundle(bundle, [KEY.public.fingerprint]).findings == ()
    summary = zipfile.ZipFile(io.BytesIO(bundle)).read("summary.html").decode()
    assert "from “<bdi>ACME TRAIL</bdi>” (exact), recognised with 97%" in summary
    assert f'src="photos/{sha256}.jpg"' in summary
    assert "left:20.00%;top:50.00%;width:40.00%;height:10.00%" in summary


def test_a_reference_below_the_threshold_is_named_as_the_nearest_and_not_drawn(
    flagger: Flagger,
) -> None:
    (case_id,) = flagger.flag([a_listing("B01")], score=a_sighting(0.4))
    assert flagger.frozen(case_id, "reference_photo") == [REFERENCE]
    bundle = flagger.bundle(case_id)
    summary = zipfile.ZipFile(io.BytesIO(bundle)).read("summary.html").decode()
    assert "Nearest, no match: reference <code>reference-1</code>" in summary
    assert "Match with" not in summary
    assert "outlined" not in summary


def test_a_match_that_no_capture_names_yet_is_captured(flagger: Flagger) -> None:
    """So do listings flagged before evidence named references, at their next scan."""
    (case_id,) = flagger.flag([a_listing("B01")])
    flagger.flag([a_listing("B01")], score=a_sighting(0.4))
    assert flagger.kinds(case_id)["manifest"] == 1
    flagger.flag([a_listing("B01")], score=a_sighting(0.9))
    flagger.flag([a_listing("B01")], score=a_sighting(0.9))
    kinds = flagger.kinds(case_id)
    assert (kinds["manifest"], kinds["reference_photo"]) == (2, 1)


def test_a_score_of_before_says_plainly_that_nothing_was_recorded(flagger: Flagger) -> None:
    signals = (Signal("image_local", 0.9, "seen", 2.0, NotRecorded()),)
    (case_id,) = flagger.flag([a_listing("B01")], score=Score(0.9, False, "noisy-or/1", signals))
    bundle = flagger.bundle(case_id)
    assert verify_bundle(bundle, [KEY.public.fingerprint]).findings == ()
    summary = zipfile.ZipFile(io.BytesIO(bundle)).read("summary.html").decode()
    assert "it does not say which reference was compared, nor where it was seen" in summary
    assert summary.count("not recorded with this capture") == 2


def test_two_runs_that_flag_at_once_make_one_chain(flagger: Flagger) -> None:
    runs = [flagger.begin("amazon"), flagger.begin("ebay")]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(flagger.flag, [listings(run.provider) for run in runs], runs))
    assert flagger.links() == 20
    assert list(check_chain(flagger.database, flagger.objects, "acme")) == []
    assert list(check_files(flagger.database, flagger.objects, "acme")) == []


def listings(provider: Provider) -> list[Listing]:
    return [replace(a_listing(f"{provider}-{n}"), provider=provider) for n in range(10)]


def test_what_a_killed_run_left_unsealed_the_next_one_seals(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")])
    with flagger.database.client("acme") as c:
        kept = chain_store.links_after(c, "acme", 0, 1)[0].link
        manifest = NewManifest(case_id, kept.scan_id, kept.manifest_sha256)
        end = chain_store.lock_chain(c, "acme")
        chain_store.append_links(c, "acme", end, [manifest], NOON)
    assert "no copy" in next(check_chain(flagger.database, flagger.objects, "acme"))
    flagger.flag([a_listing("B01")])
    assert list(check_chain(flagger.database, flagger.objects, "acme")) == []


BELOW = a_score(0.1)


def test_a_drawn_listing_becomes_a_case_whose_evidence_says_so(flagger: Flagger) -> None:
    sample = Sample(frozenset({"B01"}), 0.25)
    (case_id,) = flagger.flag([a_listing("B01"), a_listing("B02")], score=BELOW, sample=sample)
    facts = json.loads(*flagger.frozen(case_id, "page_facts"))
    assert (facts["origin"], facts["sampled_chance"]) == ("sampled", 0.25)
    summary = zipfile.ZipFile(io.BytesIO(flagger.bundle(case_id))).read("summary.html").decode()
    assert "drawn at random below the threshold with a chance of 25%" in summary
    assert "Why flagged" not in summary


def test_a_flagged_listing_was_not_drawn(flagger: Flagger) -> None:
    (case_id,) = flagger.flag([a_listing("B01")])
    facts = json.loads(*flagger.frozen(case_id, "page_facts"))
    assert (facts["origin"], facts["sampled_chance"]) == ("flagged", None)


def test_a_scan_draws_from_what_it_has_seen_first_and_the_same_when_repeated(
    flagger: Flagger,
) -> None:
    known, fresh = ([a_listing(f"{name}{n:03}") for n in range(200)] for name in ("K", "F"))
    first, second = flagger.begin(), flagger.begin()
    ids = [item.listing_id for item in (*known, *fresh)]
    with flagger.database.client("acme") as c:
        listing_store.put_listings(c, "acme", first.scan_id, known)
        listing_store.put_listings(c, "acme", second.scan_id, [*known, *fresh])
    sample = sample_below(flagger.database, second, ids)
    assert (len(sample.listing_ids), sample.chance) == (5, 5 / 200)
    assert sample.listing_ids < {item.listing_id for item in fresh}
    flagger.flag(fresh, second, BELOW, sample)
    assert sample_below(flagger.database, second, ids) == sample
    assert sample_below(flagger.database, flagger.begin(), ids).listing_ids == set()
    assert sample_below(flagger.database, replace(second, trigger="rescore"), ids) == NO_SAMPLE


def test_what_the_client_allows_is_not_drawn() -> None:
    allowed = Signal("allowed", 1.0, "the client allows the seller", -8.0)
    assert not may_be_sampled(replace(BELOW, signals=(allowed,)))
    assert may_be_sampled(BELOW)
