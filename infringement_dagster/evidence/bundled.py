"""Files that the links of a case lead to in its bundle: captures, and what people had added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from infringement_dagster.evidence.captures import ShownCapture, read_capture
from infringement_dagster.evidence.manifest import EvidenceKind
from infringement_dagster.evidence.purchase import BundledPurchase, bundled_purchase
from infringement_dagster.evidence.screenshot import (
    FACTS_KINDS,
    BundledScreenshot,
    bundled_screenshot,
)

_READ: Final = frozenset({"manifest", "listing_payload", "page_facts", "test_purchase"})


@dataclass(frozen=True, slots=True)
class Bundled:
    """Everything that a case's links lead to, each in the order of the links."""

    captures: list[ShownCapture] = field(default_factory=list)
    screenshots: list[BundledScreenshot] = field(default_factory=list)
    purchases: list[BundledPurchase] = field(default_factory=list)


def is_shown(kind: EvidenceKind | None) -> bool:
    """Whether people's pages are made of what a file of this kind says."""
    return kind in _READ or kind in FACTS_KINDS


def bundled(links: Iterable[tuple[int, str, str]], files: dict[str, bytes]) -> Bundled:
    """The captures, screenshots and test purchases.

    Links are told by their number, their SHA-256 and the name of their manifest; `files` hold all
    that `is_shown`.
    """
    found = Bundled()
    for chain_no, link_sha256, name in links:
        link = chain_no, link_sha256, name, files[name], files
        if screenshot := bundled_screenshot(*link):
            found.screenshots.append(screenshot)
        elif purchase := bundled_purchase(*link):
            found.purchases.append(purchase)
        else:
            found.captures.append(read_capture(*link))
    return found
