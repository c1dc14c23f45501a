"""The facts around a frozen listing: where and when it was read, by which question, why flagged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import MATCH_MIN, Score
from infringement_dagster.domain.score_document import other_type_documents, signal_documents
from infringement_dagster.evidence.documents import canonical_json, utc_text

# 1 did not say what signals compared, 2 not whether the listing was flagged or drawn, 3 named no
# pages of the listing's own.
FACTS_FORMAT: Final = "infringement-page-facts/4"
PAYLOAD_FORMAT: Final = "infringement-listing/1"


@dataclass(frozen=True, slots=True)
class PhotoFact:
    """The outcome of one photo of the listing; a kept one has a SHA-256, others a reason."""

    position: int
    url: str
    sha256: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A frozen page of the listing's own, and the question that it answers."""

    request: Mapping[str, object]
    sha256: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything about one capture of a listing that the listing itself does not say."""

    client_id: str
    scan_id: UUID
    config_version: int
    software: str
    captured_at: datetime
    request: Mapping[str, object]
    page_sha256: str
    payload_sha256: str
    photos: Sequence[PhotoFact]
    own_pages: Sequence[OwnPage] = ()  # in the order of their questions
    sampled_chance: float | None = None  # of being drawn below the threshold; None: it was not
    is_by_hand: bool = False  # a person made a case of it, not its score

    @property
    def origin(self) -> str:
        """Why a person gets to see it: `flagged`, `sampled` or `by_hand`."""
        if self.is_by_hand:
            return "by_hand"
        return "flagged" if self.sampled_chance is None else "sampled"


def listing_payload(listing: Listing) -> bytes:
    """The listing's facts; the same listing gives the same bytes, whenever it is read."""
    facts = asdict(listing)
    if listing.details is None:
        # So that captures of before, which knew of no details, are not taken for another listing.
        del facts["details"]
    return canonical_json({"format": PAYLOAD_FORMAT, **facts})


def page_facts(listing: Listing, score: Score, around: Circumstances) -> bytes:
    """The facts of one capture."""
    return canonical_json(
        {
            "format": FACTS_FORMAT,
            "url": listing.url,
            "provider": listing.provider,
            "listing_id": listing.listing_id,
            "client_id": around.client_id,
            "scan_id": str(around.scan_id),
            "config_version": around.config_version,
            "software": around.software,
            "captured_at": utc_text(around.captured_at),
            "request": dict(around.request),
            "page_sha256": around.page_sha256,
            "listing_sha256": around.payload_sha256,
            "listing_pages": [asdict(page) for page in around.own_pages],
            "pictures": [asdict(photo) for photo in around.photos],
            "origin": around.origin,
            "sampled_chance": around.sampled_chance,
            "score": _score_document(score),
        }
    )


def _score_document(score: Score) -> dict[str, object]:
    return {
        "probability": score.probability,
        "calibrated": score.calibrated,
        "model": score.model,
        "violation_type": score.violation_type,
        "other_types": other_type_documents(score.other_types),
        "match_min": MATCH_MIN,  # from this value on a photo signal says that it is the same
        "signals": signal_documents(score.signals),
    }
