"""A screenshot of a listing's page as a vendor rendered it, or the reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from infringement_dagster.domain.listing import Provider
from infringement_dagster.evidence.documents import canonical_json, utc_text
from infringement_dagster.evidence.manifest import EvidenceKind

SCREENSHOT_FORMAT: Final = "infringement-screenshot/1"
SHOWN_SIDE_PX: Final = 4000  # of a page of 1280 by 6000 px then 850 px are left across: readable
FACTS_KINDS: Final[frozenset[EvidenceKind]] = frozenset({"screenshot_facts", "no_screenshot"})


@dataclass(frozen=True, slots=True)
class ScreenshotAsked:
    """Whose page was asked for, of whom, and when."""

    client_id: str
    case_id: UUID
    provider: Provider
    listing_id: str
    scan_id: UUID  # that saw the listing last
    address: str
    vendor: str
    software: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ScreenshotTaken:
    """The screenshot as the vendor handed it over."""

    content: bytes
    sha256: str
    media_type: str
    taken_at: datetime  # when it was there
    credits: int
    final_address: str | None = None  # as the vendor told it

    kind: Literal["screenshot_facts"] = "screenshot_facts"

    @property
    def facts(self) -> dict[str, object]:
        """The facts beside what was asked."""
        return {
            "sha256": self.sha256,
            "size_bytes": len(self.content),
            "taken_at": utc_text(self.taken_at),
            "final_address": self.final_address,
        }


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The vendor or its screenshot failed; `reason` is one of few words, `detail` for people."""

    reason: str
    detail: str
    credits: int = 0
    kind: Literal["no_screenshot"] = "no_screenshot"

    @property
    def facts(self) -> dict[str, object]:
        """The facts beside what was asked."""
        return {"reason": self.reason, "detail": self.detail}


ScreenshotOutcome = ScreenshotTaken | NotTaken


def screenshot_facts(asked: ScreenshotAsked, outcome: ScreenshotOutcome) -> bytes:
    """The facts as they are frozen: of a screenshot, or of why there is none."""
    return canonical_json(
        {
            "format": SCREENSHOT_FORMAT,
            "client_id": asked.client_id,
            "case_id": str(asked.case_id),
            "provider": asked.provider,
            "listing_id": asked.listing_id,
            "scan_id": str(asked.scan_id),
            "address": asked.address,
            "vendor": asked.vendor,
            "software": asked.software,
            "asked_at": utc_text(asked.asked_at),
            "credits": outcome.credits,
            **outcome.facts,
        }
    )


@dataclass(frozen=True, slots=True)
class ShownScreenshot:
    """Frozen facts as people read them: of a screenshot, or of why there is none."""

    address: str
    vendor: str
    at: datetime  # it was taken, or asked for where there is none
    sha256: str | None  # None: there is no screenshot
    reason: str  # empty where there is one


@dataclass(frozen=True, slots=True)
class BundledScreenshot:
    """The same as a bundle has it, with the link and the manifest that name it."""

    chain_no: int
    link_sha256: str
    manifest_name: str
    shown: ShownScreenshot
    name: str | None  # of its file in the bundle; None: there is no screenshot


def shown_screenshot(facts: bytes) -> ShownScreenshot:
    """The facts as people read them."""
    read: dict[str, Any] = json.loads(facts)
    sha256 = read.get("sha256")
    return ShownScreenshot(
        str(read["address"]),
        str(read["vendor"]),
        datetime.fromisoformat(read.get("taken_at") or read["asked_at"]),
        sha256,
        "" if sha256 else f"{read['reason']}: {read['detail']}",
    )


def bundled_screenshot(
    chain_no: int,
    link_sha256: str,
    manifest_name: str,
    manifest: bytes,
    files: Mapping[str, bytes],
) -> BundledScreenshot | None:
    """The screenshot that the manifest lists, if any; `files` hold at least its facts."""
    names = {file["kind"]: str(file["name"]) for file in json.loads(manifest)["files"]}
    for kind in FACTS_KINDS & names.keys():
        shown = shown_screenshot(files[names[kind]])
        name = names.get("screenshot")
        return BundledScreenshot(chain_no, link_sha256, manifest_name, shown, name)
    return None
