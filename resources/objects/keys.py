"""Every key of a client's objects; all of them begin with `clients/CLIENT/`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.photos.feature_version import FEATURES_VERSION


def client_prefix(client_id: str) -> str:
    """The beginning of all keys of the client."""
    return f"clients/{client_id}/"


def photo_key(client_id: str, sha256: str) -> str:
    """The key of a photo's bytes; the same photo has one key a client."""
    return f"clients/{client_id}/images/{sha256[:2]}/{sha256}"


def key_points_key(client_id: str, sha256: str) -> str:
    """The key of a photo's key points as this version finds them."""
    return f"clients/{client_id}/key-points/{FEATURES_VERSION}/{sha256[:2]}/{sha256}"


def cell_centres_key(client_id: str, version: int) -> str:
    """The key of the centres of the cells into which corner points of references are sorted."""
    return f"clients/{client_id}/cell-centres/{version:08x}"


def preview_key(client_id: str, sha256: str, side_px: int) -> str:
    """The key of a photo encoded anew for the pages, `side_px` at its longer side."""
    return f"clients/{client_id}/previews/{side_px}/{sha256[:2]}/{sha256}.jpg"


def pages_prefix(client_id: str, scan_id: UUID, provider: Provider) -> str:
    """The beginning of the keys of all pages that a run has read."""
    return f"clients/{client_id}/pages/{scan_id}/{provider}"


def page_key(client_id: str, scan_id: UUID, provider: Provider, sha256: str) -> str:
    """The key of a provider's page as it was sent."""
    return f"{pages_prefix(client_id, scan_id, provider)}/{sha256}.json"


def snapshot_key(
    client_id: str, asset: str, provider: Provider, dagster_run_id: str, sha256: str
) -> str:
    """The key of an asset's snapshot.

    The digest keeps a retried step from meeting its first try's other bytes.
    """
    name = f"{dagster_run_id}-{sha256[:16]}.parquet"
    return f"clients/{client_id}/snapshots/{asset}/{provider}/{name}"


def export_key(client_id: str, week: date, name: str, sha256: str) -> str:
    """The key of a table exported for a week; the same rows have the same key."""
    return f"clients/{client_id}/tables/{week}/{name}-{sha256[:16]}.parquet"


def report_key(client_id: str, week: date, sha256: str, ending: str) -> str:
    """The key of a week's report: its table (`parquet`) or its page (`html`)."""
    return f"clients/{client_id}/reports/{week}-{sha256[:16]}.{ending}"


def evidence_key(client_id: str, sha256: str) -> str:
    """The key of a frozen JSON document."""
    return f"clients/{client_id}/evidence/{sha256[:2]}/{sha256}.json"


def screenshot_key(client_id: str, sha256: str) -> str:
    """The key of a frozen screenshot of a listing's page."""
    return f"clients/{client_id}/evidence/{sha256[:2]}/{sha256}.screenshot"


def purchase_photo_key(client_id: str, sha256: str) -> str:
    """The key of a photo of what a test purchase brought, as it was uploaded."""
    return f"clients/{client_id}/evidence/{sha256[:2]}/{sha256}.purchase"


def chain_prefix(client_id: str) -> str:
    """The beginning of the keys of all links of the client's evidence chain."""
    return f"clients/{client_id}/evidence-chain"


def chain_key(client_id: str, chain_no: int) -> str:
    """The key of one link of the client's evidence chain."""
    return f"{chain_prefix(client_id)}/{chain_no:012}.json"


def time_stamp_key(client_id: str, sums_sha256: str) -> str:
    """The key of the authority's time stamp of a bundle's sums."""
    return f"clients/{client_id}/evidence-stamps/{sums_sha256}.tsr"


def upload_key(client_id: str, upload_id: UUID) -> str:
    """The key of a file that was uploaded for a job; it is kept as long as the job is."""
    return f"clients/{client_id}/uploads/{upload_id}"


def imported_file_key(client_id: str, sha256: str) -> str:
    """The key of a file of listings as the client gave it."""
    return f"{imported_prefix(client_id, sha256)}/original"


def imported_page_key(client_id: str, sha256: str, reading: int, page: int) -> str:
    """The key of one page of an imported file's listings, from 1, as this reading found them."""
    return f"{imported_prefix(client_id, sha256)}/{reading}/{page:05}.json"


def imported_faults_key(client_id: str, sha256: str, reading: int) -> str:
    """The key of what is wrong with an imported file's rows, as JSON Lines."""
    return f"{imported_prefix(client_id, sha256)}/{reading}/faults.jsonl"


def imported_prefix(client_id: str, sha256: str) -> str:
    """The beginning of the keys of all that an imported file came to."""
    return f"clients/{client_id}/imports/{sha256}"
