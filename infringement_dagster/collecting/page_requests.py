"""Which question a provider's page answers, kept beside the page for evidence.

The note never holds the vendor's key: it is written from what was asked for, not from what was
sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from infringement_dagster.evidence.documents import canonical_json, utc_text
from resources.objects.store import ObjectMissing, ObjectStore


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One question to a vendor and when its answer was read."""

    vendor: str
    endpoint: str
    params: Mapping[str, str]
    answered_at: datetime


def keep_page_request(objects: ObjectStore, page_key: str, request: PageRequest) -> None:
    """Guarantees a note beside the page; the first one stays."""
    objects.put_once(
        _note_key(page_key),
        canonical_json(
            {
                "vendor": request.vendor,
                "endpoint": request.endpoint,
                "params": dict(request.params),
                "answered_at": utc_text(request.answered_at),
            }
        ),
    )


def page_request_document(objects: ObjectStore, page_key: str) -> dict[str, object]:
    """The note beside the page, or a document that says that there is none."""
    try:
        document = json.loads(objects.get(_note_key(page_key)))
    except ObjectMissing:
        return {"unavailable": "the page was read before requests were noted"}
    assert isinstance(document, dict)  # written above
    return document


def _note_key(page_key: str) -> str:
    return f"{page_key.removesuffix('.json')}.request.json"
