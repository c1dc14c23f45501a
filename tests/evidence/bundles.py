"""A bundle made of documents alone, for tests that need no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from infringement_dagster.domain.client import RightsHolder, Trademark
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.score import Score, Signal
from infringement_dagster.evidence.bundle import SUMMARY, link_name, sums_content
from infringement_dagster.evidence.captures import read_capture
from infringement_dagster.evidence.chain import ChainEnd, Link, NewManifest, linked
from infringement_dagster.evidence.container import container_pieces
from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.first_page import (
    CaseFile,
    Decided,
    NoPhoto,
    first_page,
    wanted_photos,
)
from infringement_dagster.evidence.manifest import EvidenceKind, FrozenFile, Manifest
from infringement_dagster.evidence.page_facts import (
    Circumstances,
    PhotoFact,
    listing_payload,
    page_facts,
)
from infringement_dagster.evidence.signature import (
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    SigningKey,
    signed_files,
)
from infringement_dagster.evidence.summary import summary_content
from tests.support.photos import encoded, product

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASE = UUID(int=7)
SCAN = UUID(int=8)
PAGE = b'{"results": [{"asin": "B01"}]}'
TITLE = "<script>alert(1)</script> Kevlarra \u202e bottle"


def a_listing(title: str = TITLE, low: str = "9.90") -> Listing:
    """A listing with a title that no page may run."""
    price = Price(Decimal(low), Decimal("12.50"), "EUR")
    url = "https://shop.example/B01"
    return Listing("amazon", "B01", title, url, ("https://x/1",), price, Seller("Cheap & Co"))


def a_case_file(*decisions: Decided) -> CaseFile:
    """The file of a case of a client with a trademark and a work."""
    marks = (Trademark("Kelvarra", "1234567", "EUIPO"),)
    holder = RightsHolder("Kelvarra GmbH", trademarks=marks, copyright_works=("photos of 2024",))
    return CaseFile(str(CASE), "Kelvarra", "Amazon", holder, decisions)


def capture_files(listing: Listing, photo: bytes) -> dict[str, bytes]:
    """The files of one capture by name, its manifest last."""
    payload = listing_payload(listing)
    content = PhotoFact(0, "https://x/1", sha256_hex(photo), None)
    around = Circumstances(
        *("acme", SCAN, 1, "tests 1", NOON, {"endpoint": "amazon/search"}),
        page_sha256=sha256_hex(PAGE),
        payload_sha256=sha256_hex(payload),
        photos=[content],
    )
    score = Score(0.97, False, "tests/1", (Signal("low_price", 0.9, "a third of the floor", 2.5),))
    contents: list[tuple[EvidenceKind, bytes, str]] = [
        ("listing_payload", payload, "application/json"),
        ("provider_page", PAGE, "application/json"),
        ("page_facts", page_facts(listing, score, around), "application/json"),
        ("photo", photo, "image/png"),
    ]
    files = {
        FrozenFile(kind, sha256_hex(content), len(content), media_type): content
        for kind, content, media_type in contents
    }
    manifest = Manifest(
        *("acme", "amazon", "B01", listing.url, SCAN, 1, "tests 1", NOON, list(files))
    ).content()
    named = FrozenFile("manifest", sha256_hex(manifest), len(manifest), "application/json")
    return {file.name: content for file, content in files.items()} | {named.name: manifest}


def bundle_files(captures: Sequence[dict[str, bytes]]) -> dict[str, bytes]:
    """All files of a bundle whose captures follow a link of another case."""
    manifests = [list(capture.values())[-1] for capture in captures]
    places = [NewManifest(CASE, SCAN, sha256_hex(manifest)) for manifest in manifests]
    stranger = NewManifest(UUID(int=9), SCAN, "ef" * 32)
    links: list[Link] = list(linked("acme", ChainEnd(), [stranger, *places], NOON))
    files = {link_name(link.chain_no): link.content() for link in links}
    for capture in captures:
        files |= capture
    shown = [
        read_capture(link.chain_no, link.sha256, list(capture)[-1], manifest, files)
        for link, capture, manifest in zip(links[1:], captures, manifests, strict=True)
    ]
    photos = {name: NoPhoto("no test looks at it") for name in wanted_photos(shown)}
    page = first_page(a_case_file(), shown, photos)
    files[SUMMARY] = summary_content(str(CASE), page, shown, "No PDF.")
    files[SUMS] = sums_content({name: sha256_hex(content) for name, content in files.items()})
    return files


def two_captures() -> dict[str, bytes]:
    """A listing whose price changed between two captures and whose photo did not."""
    photo = encoded(product(1), "PNG")
    return bundle_files(
        [capture_files(a_listing(), photo), capture_files(a_listing(low="8.00"), photo)]
    )


def as_bundle(files: dict[str, bytes]) -> bytes:
    """The container around the files."""
    return b"".join(container_pieces(files.items()))


def signed(files: dict[str, bytes], key: SigningKey) -> dict[str, bytes]:
    """The files with everything that follows from them made anew and signed."""
    kept = {name: file for name, file in files.items() if name not in {SUMS, SIGNATURE}}
    kept[PUBLIC_KEY] = key.public.pem
    sums = sums_content({name: sha256_hex(item) for name, item in kept.items()})
    return kept | dict(signed_files(key, sums))
