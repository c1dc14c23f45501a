from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from infringement_dagster.clients.config_document import BadClientConfig, read_client_config
from infringement_dagster.domain.client import TextInPhotos
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto
from infringement_dagster.domain.score import PhotoRead, Signal, Unavailable
from infringement_dagster.matching.photo_text.lines import PhotoText
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.scoring.score_listings import score_listings
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers, text_workers
from resources.fetching.allowed_hosts import PhotoAccess
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import photo_store, text_store
from tests.support.kept_photos import keep_photo
from tests.support.onboarding import add_client
from tests.support.photos import encoded
from tests.support.reading import needs_ocr
from tests.support.wire_server import answer, wire_server
from tests.support.worded_photos import worded_photo

LARGE = worded_photo(3, "VELDORAN", share=0.2).content
CONFIG: dict[str, object] = {
    "brands": [{"name": "Veldoran", "categories": ["bottle"]}],
    "searches": {"ebay": {"queries": ["veldoran"]}},
    "text_in_photos": {"when": "earned", "photos_at_most": 1},
}


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


def smaller(content: bytes, side_px: int) -> bytes:
    image = Image.open(io.BytesIO(content))
    return encoded(image.resize((side_px, side_px), Image.Resampling.LANCZOS), quality=80)


def sha256_of(place: ListingPhoto) -> str:
    assert isinstance(place.photo, KeptPhoto)
    return place.photo.sha256


@needs_ocr
def test_a_photo_is_read_once_and_its_listing_scored_by_what_it_says(
    database: Database, objects: ObjectStore
) -> None:
    add_client(database, "acme", "Acme")
    place = keep_photo(database, objects, LARGE, url="https://shop.example/1.jpg")
    other = keep_photo(
        database, objects, worded_photo(4, "Maplewood").content, url="https://x.example/2.jpg"
    )
    scorer = Scorer(read_client_config("acme", 1, CONFIG), ())
    listings = [Listing("ebay", name, "steel bottle", "https://x.example/") for name in "12"]
    shown = {"1": [place], "2": [other]}

    def scored(texts: PhotoTexts) -> dict[str, Signal]:
        scan = scan_context(scorer.reader, listings)
        with BlockingDecoder() as decoder:
            points = KeyPoints(objects, decoder, "acme")
            scores, failed = score_listings(scorer, points, scan, listings, shown, {}, texts=texts)
        assert failed == []
        return {
            name: {signal.name: signal for signal in score.signals}["brand_in_photo"]
            for name, score in scores.items()
        }

    with BlockingDecoder(text_workers(1)) as reader:
        first = PhotoTexts(database, objects, reader, "acme", photos_at_most=1)
        signals = scored(first)
        assert (first.read_count, first.left_count) == (1, 1)
    named, left = signals["1"], signals["2"]
    assert isinstance(named.basis, PhotoRead)
    assert named.is_match
    assert isinstance(left.value, Unavailable)
    assert "1 photos" in left.value.reason
    workers = text_workers(1)
    with BlockingDecoder(workers) as reader:
        again = PhotoTexts(database, objects, reader, "acme", photos_at_most=0)
        assert scored(again)["1"] == named
        assert workers.pids == frozenset()  # nobody was asked anew
    with database.client("acme") as c:
        kept = text_store.texts_of(c, "acme", [sha256_of(place), sha256_of(other)])
    assert list(kept) == [sha256_of(place)]


@needs_ocr
def test_a_small_photo_is_read_in_the_marketplace_s_larger_size(
    database: Database, objects: ObjectStore
) -> None:
    add_client(database, "acme", "Acme")
    with wire_server(answer(LARGE, content_type="image/jpeg")) as server:
        url = f"{server.url}/images/g/VgAAAeSw/s-l140.jpg"
        place = keep_photo(database, objects, smaller(LARGE, 140), url=url)
        with BlockingDecoder(text_workers(1)) as reader:
            access = PhotoAccess(frozenset({server.origin}))
            texts = PhotoTexts(database, objects, reader, "acme", 5, access)
            text = texts.of_photos([place])[sha256_of(place)]
    assert "/s-l1600.jpg" in server.requests[0]
    assert isinstance(text, PhotoText)
    assert (text.width_px, text.height_px) == (140, 140)  # boxes are of the photo on the page
    (line,) = (line for line in text.lines if line.text == "VELDORAN")
    assert line.box.right_px - line.box.left_px == pytest.approx(28, abs=10)
    assert text.read_sha256 == sha256_hex(LARGE)
    assert objects.get(photo_key("acme", text.read_sha256)) == LARGE
    with database.client("acme") as c:
        assert text.read_sha256 in photo_store.photo_rows_of(c, "acme", [text.read_sha256])


@needs_ocr
@pytest.mark.parametrize("body", [b"no photo", encoded(Image.new("RGB", (900, 300), "white"))])
def test_a_larger_size_that_is_none_leaves_the_photo_itself_to_be_read(
    database: Database, objects: ObjectStore, body: bytes
) -> None:
    add_client(database, "acme", "Acme")
    with wire_server(answer(body, content_type="image/jpeg")) as server:
        place = keep_photo(
            database, objects, smaller(LARGE, 500), url=f"{server.url}/images/g/VgAA/s-l500.jpg"
        )
        with BlockingDecoder(text_workers(1)) as reader:
            access = PhotoAccess(frozenset({server.origin}))
            texts = PhotoTexts(database, objects, reader, "acme", 5, access)
            text = texts.of_photos([place])[sha256_of(place)]
    assert isinstance(text, PhotoText)
    assert text.read_sha256 == sha256_of(place)
    assert "VELDORAN" in [line.text for line in text.lines]


def test_without_the_extra_every_photo_says_so_and_none_is_asked(
    database: Database, objects: ObjectStore
) -> None:
    add_client(database, "acme", "Acme")
    place = keep_photo(database, objects, LARGE, url="https://shop.example/1.jpg")
    workers = DecodingWorkers()
    with BlockingDecoder(workers) as reader:
        texts = PhotoTexts(database, objects, reader, "acme", 5, _is_installed=False)
        text = texts.of_photos([place])[sha256_of(place)]
        assert workers.pids == frozenset()
    assert isinstance(text, Unavailable)
    assert "`ocr` is not installed" in text.reason


def test_texts_of_one_client_are_not_another_s(database: Database, objects: ObjectStore) -> None:
    for client_id in ("acme", "other"):
        add_client(database, client_id, client_id)
    place = keep_photo(database, objects, LARGE, url="https://shop.example/1.jpg")
    text = PhotoText(1, 1, (), "file")
    with database.client("other") as c:
        text_store.put_texts(c, "other", {sha256_of(place): text})
    with database.client("acme") as c:
        assert text_store.texts_of(c, "acme", [sha256_of(place)]) == {}
        text_store.put_texts(c, "acme", {sha256_of(place): text})
    with database.client("other") as c:
        assert text_store.texts_of(c, "other", [sha256_of(place)]) == {}


def test_the_config_says_whose_photos_are_read() -> None:
    config = read_client_config("acme", 1, CONFIG)
    assert config.text_in_photos == TextInPhotos("earned", 1)
    silent = {name: value for name, value in CONFIG.items() if name != "text_in_photos"}
    assert read_client_config("acme", 1, silent).text_in_photos == TextInPhotos("off", 50)
    for wrong in ({"when": "sometimes"}, {"photos_at_most": 0}):
        with pytest.raises(BadClientConfig, match="text_in_photos"):
            read_client_config("acme", 1, {**CONFIG, "text_in_photos": wrong})
