"""Files that the links of a case lead to in its bundle: captures, and screenshots of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infringement_dagster.evidence.captures import ShownCapture, read_capture
from infringement_dagster.evidence.manifest import EvidenceKind
from infringement_dagster.evidence.screenshot import (
    FACTS_KINDS,
    BundledScreenshot,
    bundled_screenshot,
)

_READ: Final = frozenset({"manifest", "listing_payload", "page_facts"})


def is_shown(kind: EvidenceKind | None) -> bool:
    """Whether people's pages are made of what a file of this kind says."""
    return kind in _READ or kind in FACTS_KINDS


def bundled(
    links: Iterable[tuple[int, str, str]], files: dict[str, bytes]
) -> tuple[list[ShownCapture], list[BundledScreenshot]]:
    """The captures and the screenshots, each in the order of the links.

    Links are told by their number, their SHA-256 and the name of their manifest; `files` hold all
    that `is_shown`.
    """
    captures, screenshots = list[ShownCapture](), list[BundledScreenshot]()
    for chain_no, link_sha256, name in links:
        found = bundled_screenshot(chain_no, link_sha256, name, files[name], files)
        if found is not None:
            screenshots.append(found)
        else:
            captures.append(read_capture(chain_no, link_sha256, name, files[name], files))
    return captures, screenshots
