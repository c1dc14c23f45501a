"""A listing's own pages through a whole scan: photos, words and evidence."""

from __future__ import annotations

import json
from collections import Counter

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Unavailable
from resources.postgres.cases import case_store, evidence_store
from resources.postgres.listings import listing_store, page_store, photo_store
from tests.scenarios.scan.conftest import CLIENT
from tests.support.installation import Installation, metadata_of
from tests.support.stored import scores_of_scan

PROVIDER: Provider = "amazon"


def test_what_pages_tell_is_scored_and_frozen(kelvarra: Installation) -> None:
    scan = kelvarra.request(CLIENT, PROVIDER)
    result = kelvarra.execute(scan, PROVIDER)
    assert result.success
    told = metadata_of(result, "raw_listings")
    assert told["credits"] == told["credits_planned"]
    with kelvarra.database.client(CLIENT) as c:
        cases = case_store.list_cases(c, CLIENT, 1000)
        pages = page_store.pages_of(c, CLIENT, PROVIDER, [case.listing_id for case in cases])
        scores = scores_of_scan(c, CLIENT, scan.scan_id, PROVIDER)
        frozen = {
            case.listing_id: evidence_store.evidence_of(c, CLIENT, case.case_id) for case in cases
        }
        shown = {
            listing_id: listing_store.get_listing(c, CLIENT, PROVIDER, listing_id)
            for listing_id in pages
        }
        kept = {
            url: photo_store.stored_photos(c, CLIENT, PROVIDER, [url])
            for page in pages.values()
            for url in page.page.photos_added
        }
    assert pages
    for listing_id, page in pages.items():
        kinds = Counter(row.kind for row in frozen[listing_id])
        assert kinds["listing_page"] == 2  # the product and its offers
        (payload,) = (row for row in frozen[listing_id] if row.kind == "listing_payload")
        listing = json.loads(kelvarra.objects.get(payload.object_key))
        assert listing["description"] == page.page.read.description
        assert listing["details"]["bullets"]
        row = shown[listing_id]
        assert row is not None
        assert row.brand == listing["brand"] == page.page.read.brand is not None
        # Whether the brand is hidden can only be told by who has read field and description.
        (hidden,) = (s for s in scores[listing_id].signals if s.name == "hidden_brand")
        assert not isinstance(hidden.value, Unavailable)
    # Photos that only the pages name are fetched and hashed like the main one.
    assert all(photos for photos in kept.values())
