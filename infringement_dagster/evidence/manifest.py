"""Files frozen of one listing at one time, and the manifest that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from infringement_dagster.domain.listing import Provider
from infringement_dagster.evidence.documents import canonical_json, utc_text

MANIFEST_FORMAT: Final = "infringement-evidence-manifest/1"

EvidenceKind = Literal[
    "listing_payload",
    "photo",
    "reference_photo",
    "page_facts",
    "provider_page",
    "listing_page",
    "screenshot",
    "screenshot_facts",
    "no_screenshot",
    "test_purchase",
    "purchase_photo",
    "manifest",
]
_FOLDERS: Final[dict[EvidenceKind, str]] = {
    "listing_payload": "listing",
    "photo": "photos",
    "reference_photo": "references",
    "page_facts": "facts",
    "provider_page": "pages",
    "listing_page": "listing_pages",
    "screenshot": "screenshots",
    "screenshot_facts": "screenshot_facts",
    "no_screenshot": "no_screenshot",
    "test_purchase": "test_purchases",
    "purchase_photo": "purchase_photos",
    "manifest": "manifests",
}
_ENDINGS: Final = {
    "application/json": ".json",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """One frozen copy, named by its bytes: the same bytes have one name everywhere."""

    kind: EvidenceKind
    sha256: str
    size_bytes: int
    media_type: str

    @property
    def name(self) -> str:
        """Where the file stands in a bundle."""
        return f"{_FOLDERS[self.kind]}/{self.sha256}{_ENDINGS.get(self.media_type, '.bin')}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list of files frozen of a listing when a run flagged it."""

    client_id: str
    provider: Provider
    listing_id: str
    url: str
    scan_id: UUID
    config_version: int
    software: str
    captured_at: datetime
    files: Sequence[FrozenFile]

    def content(self) -> bytes:
        """The manifest as it is kept; files are in order of name."""
        files = {file.name: file for file in self.files}
        return canonical_json(
            {
                "format": MANIFEST_FORMAT,
                "client_id": self.client_id,
                "provider": self.provider,
                "listing_id": self.listing_id,
                "url": self.url,
                "scan_id": str(self.scan_id),
                "config_version": self.config_version,
                "software": self.software,
                "captured_at": utc_text(self.captured_at),
                "files": [
                    {
                        "name": name,
                        "kind": files[name].kind,
                        "sha256": files[name].sha256,
                        "size_bytes": files[name].size_bytes,
                        "media_type": files[name].media_type,
                    }
                    for name in sorted(files)
                ],
            }
        )


@dataclass(frozen=True, slots=True)
class CaseListing:
    """The listing of a case as its scan saw it last, to which a person has something added."""

    client_id: str
    provider: Provider
    listing_id: str
    url: str
    scan_id: UUID
    config_version: int
    software: str

    def manifest(self, captured_at: datetime, files: Sequence[FrozenFile]) -> Manifest:
        """The list of what is added."""
        return Manifest(
            self.client_id,
            self.provider,
            self.listing_id,
            self.url,
            self.scan_id,
            self.config_version,
            self.software,
            captured_at,
            files,
        )
