"""Freezes what a person had added to a case: each as a further capture in the client's chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from infringement_dagster.evidence.manifest import CaseListing
from infringement_dagster.flagging.freeze_evidence import Capture, FrozenObject, closed_capture
from resources.objects.store import ObjectStore


def captured_beside(
    objects: ObjectStore, of: CaseListing, frozen: Sequence[FrozenObject]
) -> Capture:
    """The capture of these files, with its manifest; all of it held in the store."""
    manifest = of.manifest(datetime.now(UTC), [copy.file for copy in frozen])
    return closed_capture(objects, manifest, frozen)
