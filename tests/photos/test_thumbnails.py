from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

from PIL import Image

from infringement_dagster.photos.thumbnails import CHARS_MAX, thumbnails_of
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from tests.photos.test_references import add_unhashed_reference
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product


def test_a_thumbnail_is_made_by_us_small_and_once(database: Database, tmp_path: Path) -> None:
    objects, content = ObjectStore(str(tmp_path)), encoded(product(1))
    add_client(database, "acme", "Acme")
    add_unhashed_reference(database, objects, content)
    sha256 = sha256_hex(content)
    with BlockingDecoder() as decoder:
        url = thumbnails_of("acme", database, objects, decoder).data_url(sha256)
    assert url is not None
    assert len(url) <= CHARS_MAX
    photo = Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/jpeg;base64,"))))
    assert (photo.format, max(photo.size)) == ("JPEG", 48)
    workers = DecodingWorkers()
    with BlockingDecoder(workers) as decoder:
        assert thumbnails_of("acme", database, objects, decoder).data_url(sha256) == url
        assert not workers.pids


def test_what_cannot_be_shown_is_left_out(database: Database, tmp_path: Path) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    add_client(database, "beta", "Beta")
    broken, whole = b"no photo at all", encoded(product(2))
    for content in (broken, whole):
        add_unhashed_reference(database, objects, content)
    with BlockingDecoder() as decoder:
        of_acme = thumbnails_of("acme", database, objects, decoder)
        assert of_acme.data_url(sha256_hex(broken)) is None
        assert of_acme.data_url("00" * 32) is None
        of_others = replace(of_acme, client_id="beta")
        assert of_others.data_url(sha256_hex(whole)) is None
