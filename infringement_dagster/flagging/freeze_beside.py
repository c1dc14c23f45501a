"""Freezes what a person had added to a case: each as a further capture in the client's chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from infringement_dagster.evidence.manifest import CaseListing, EvidenceKind, FrozenFile
from infringement_dagster.flagging.freeze_evidence import Capture, FrozenObject, closed_capture
from resources.objects.store import ObjectStore, sha256_hex


def captured_beside(
    objects: ObjectStore, of: CaseListing, frozen: Sequence[FrozenObject]
) -> Capture:
    """The capture of these files, with its manifest; all of it held in the store."""
    manifest = of.manifest(datetime.now(UTC), [copy.file for copy in frozen])
    return closed_capture(objects, manifest, frozen)


def frozen_file(
    objects: ObjectStore, kind: EvidenceKind, key: str, content: bytes, media_type: str
) -> FrozenObject:
    """The file, in the object store under its key."""
    objects.put_once(key, content)
    return FrozenObject(FrozenFile(kind, sha256_hex(content), len(content), media_type), key)
