"""A case's evidence frozen and linked through the real stores, for tests."""

from __future__ import annotations

from uuid import UUID

from infringement_dagster.evidence.chain import NewManifest
from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.manifest import EvidenceKind
from infringement_dagster.flagging.seal_chain import seal_chain
from resources.objects.store import ObjectStore
from resources.postgres.cases.chain_store import append_links, lock_chain
from resources.postgres.cases.evidence_store import put_evidence
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.database import Database
from tests.evidence.bundles import NOON, a_listing, capture_files
from tests.support.photos import encoded, product

_KINDS: dict[str, EvidenceKind] = {
    "listing": "listing_payload",
    "pages": "provider_page",
    "facts": "page_facts",
    "photos": "photo",
    "manifests": "manifest",
}


def freeze(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    case_id: UUID,
    scan_id: UUID,
    *,
    low: str = "9.90",
) -> list[EvidenceRow]:
    """The rows of one capture of the case at this price, linked and sealed."""
    files = capture_files(a_listing(low=low), encoded(product(1), "PNG"))
    rows = []
    for name, content in files.items():
        key, kind = f"clients/{client_id}/evidence/{name}", _KINDS[name.split("/")[0]]
        objects.put_once(key, content)
        media_type = "image/png" if kind == "photo" else "application/json"
        sha256 = sha256_hex(content)
        row = (case_id, kind, key, sha256, len(content), media_type, scan_id, NOON)
        rows.append(EvidenceRow(*row))
    with database.client(client_id) as c:
        end = lock_chain(c, client_id)
        put_evidence(c, client_id, rows)
        append_links(c, client_id, end, [NewManifest(case_id, scan_id, rows[-1].sha256)], NOON)
    seal_chain(database, objects, client_id)
    return rows
