"""A rescan asks for photos again on condition only, and sees one that changed behind its URL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import httpx

from infringement_dagster.domain.listing import Provider
from resources.objects.keys import photo_key
from resources.objects.store import sha256_hex
from resources.providers.sandbox.drawing import ProductShot
from resources.providers.sandbox.photos import Photo
from tests.scenarios.scan.conftest import CLIENT, Install
from tests.support.installation import Installation, demo_client, metadata_of
from tests.support.sandbox_processes import StartSandbox

PROVIDER: Provider = "ebay"
LISTINGS = 6


def capture(sandbox_url: str, folder: Path) -> None:
    """Saves a page of listings that have nothing to do with the client."""
    params = {"query": "garden hose", "page": "1", "api_key": "capture"}
    page = httpx.get(f"{sandbox_url}/structured/ebay/search/v2", params=params).json()
    listed = {row["image"]: row for row in page["results"] if row.get("product_url")}
    page |= {"results": list(listed.values())[:LISTINGS], "next_pages": []}
    (folder / "ebay-search-page1.json").write_text(json.dumps(page))


def scanned(installed: Installation) -> Mapping[str, object]:
    result = installed.execute(installed.request(CLIENT, PROVIDER), PROVIDER)
    assert result.success
    return metadata_of(result, "image_hashes")


def age_answers(installed: Installation) -> None:
    """Guarantees that every photo is asked for again, as if a week had passed."""
    with installed.database.client(CLIENT) as connection:
        aged = connection.execute("update listing_photos set good_until = now()").rowcount
    assert aged == LISTINGS


def photos_and_scores(installed: Installation) -> dict[str, tuple[str, float]]:
    with installed.database.client(CLIENT) as connection:
        rows = connection.execute(
            "select listing_id, sha256, probability from listing_photos "
            "join scores using (client_id, provider, listing_id) "
            "where scores.scan_id = last_scan_id"
        ).fetchall()
    assert len(rows) == LISTINGS
    return {listing_id: (sha256, probability) for listing_id, sha256, probability in rows}


def showing_one_photo(
    install: Install, start_sandbox: StartSandbox, sandbox_url: str, folder: Path
) -> tuple[Path, Installation]:
    """The file that every listing shows, and an installation that reads them."""
    photo = folder / "photo.jpg"
    photo.write_bytes(Photo(ProductShot("lamp", 1, 1)).encode())
    capture(sandbox_url, folder)
    sandbox = start_sandbox("--captures", str(folder), "--photos", str(folder))
    return photo, install(sandbox)


def test_a_rescan_asks_on_condition_and_sees_what_changed(
    install: Install, start_sandbox: StartSandbox, sandbox_url: str, tmp_path: Path
) -> None:
    photo, installed = showing_one_photo(install, start_sandbox, sandbox_url, tmp_path)

    first = scanned(installed)
    assert (first["fetched"], first["unchanged"]) == (LISTINGS, 0)
    before = photos_and_scores(installed)

    soon = scanned(installed)
    assert (soon["fetched"], soon["unchanged"]) == (0, 0)  # nobody was asked

    age_answers(installed)
    later = scanned(installed)
    assert (later["fetched"], later["unchanged"]) == (0, LISTINGS)  # asked, nothing downloaded
    assert photos_and_scores(installed) == before

    stolen = next(iter(demo_client(CLIENT).reference_photos.values()))
    photo.write_bytes(stolen)
    age_answers(installed)
    changed = scanned(installed)
    assert (changed["fetched"], changed["stored"]) == (LISTINGS, LISTINGS)
    after = photos_and_scores(installed)
    assert {sha256 for sha256, _ in after.values()} == {sha256_hex(stolen)}
    assert installed.objects.get(photo_key(CLIENT, sha256_hex(stolen))) == stolen
    assert all(after[listing_id][1] > before[listing_id][1] for listing_id in before)


def test_the_kept_photo_stands_while_its_address_does_not_answer(
    install: Install, start_sandbox: StartSandbox, sandbox_url: str, tmp_path: Path
) -> None:
    photo, installed = showing_one_photo(install, start_sandbox, sandbox_url, tmp_path)
    scanned(installed)
    before = photos_and_scores(installed)
    photo.unlink()  # each question now ends in a 500

    age_answers(installed)
    gone = scanned(installed)
    assert (gone["fetched"], gone["unchanged"], gone["stored"]) == (0, 0, LISTINGS)
    assert photos_and_scores(installed) == before
    photo.write_bytes(Photo(ProductShot("lamp", 1, 1)).encode())
    again = scanned(installed)  # due at once, not in a day
    assert (again["fetched"], again["unchanged"]) == (0, LISTINGS)
