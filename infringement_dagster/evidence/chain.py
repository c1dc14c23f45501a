"""The chain over a client's manifests: each link names the SHA-256 of the link before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from infringement_dagster.evidence.documents import canonical_json, sha256_hex, utc_text

LINK_FORMAT: Final = "infringement-evidence-link/1"
NOTHING_BEFORE: Final = "0" * 64  # what the first link names as the one before it


@dataclass(frozen=True, slots=True)
class Link:
    """One manifest's place in the chain of its client; numbers count from 1 without gaps."""

    client_id: str
    chain_no: int
    case_id: UUID
    scan_id: UUID
    manifest_sha256: str
    previous_sha256: str
    linked_at: datetime

    def content(self) -> bytes:
        """The link as it is kept, in the store and in bundles."""
        return canonical_json(
            {
                "format": LINK_FORMAT,
                "client_id": self.client_id,
                "chain_no": self.chain_no,
                "case_id": str(self.case_id),
                "scan_id": str(self.scan_id),
                "manifest_sha256": self.manifest_sha256,
                "previous_sha256": self.previous_sha256,
                "linked_at": utc_text(self.linked_at),
            }
        )

    @property
    def sha256(self) -> str:
        """The digest that the next link names as the one before it."""
        return sha256_hex(self.content())


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The newest link's number and SHA-256; of an empty chain 0 and 64 zeros."""

    chain_no: int = 0
    sha256: str = NOTHING_BEFORE


@dataclass(frozen=True, slots=True)
class NewManifest:
    """A manifest that has no place in the chain yet."""

    case_id: UUID
    scan_id: UUID
    manifest_sha256: str


def linked(
    client_id: str, end: ChainEnd, manifests: Iterable[NewManifest], linked_at: datetime
) -> Iterator[Link]:
    """The links that go on from the end of the chain, one for each manifest."""
    for chain_no, manifest in enumerate(manifests, start=end.chain_no + 1):
        link = Link(
            client_id,
            chain_no,
            manifest.case_id,
            manifest.scan_id,
            manifest.manifest_sha256,
            end.sha256,
            linked_at,
        )
        end = ChainEnd(chain_no, link.sha256)
        yield link


def breaks(before: ChainEnd, link: Link, kept_sha256: str) -> Iterator[str]:
    """Problems of a link that should follow `before` and have this SHA-256."""
    if link.chain_no != before.chain_no + 1:
        yield f"link {link.chain_no} follows link {before.chain_no}: links are missing between them"
    elif link.previous_sha256 != before.sha256:
        yield (
            f"link {link.chain_no} names {link.previous_sha256} as the link before it, "
            f"but that one is {before.sha256}"
        )
    if link.sha256 != kept_sha256:
        yield f"link {link.chain_no} is {link.sha256}, but {kept_sha256} was kept for it"
