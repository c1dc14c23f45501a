"""Time stamps of bundles: one for the same files, however often they are exported."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.stamp_outcome import StampOutcome
from infringement_dagster.evidence.time_stamp import (
    AUTHORITY,
    NO_STAMP,
    STAMP,
    UnfitAnswer,
    checked_answer,
)
from resources.objects.keys import time_stamp_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.signing.time_stamp_authority import (
    NoAuthority,
    TimeStampAuthority,
    TimeStampMissed,
)

_log = logging.getLogger(__name__)


class TimeStampDamaged(PermanentError):
    """The time stamp in the store is not the one that was kept there."""


def _untold(_: StampOutcome) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class Stamping:
    """Who stamps the bundles of an installation; each outcome is told, for whoever counts them."""

    authority: TimeStampAuthority | NoAuthority = field(default_factory=NoAuthority)
    told: Callable[[StampOutcome], None] = _untold

    def files_before(self) -> Iterator[tuple[str, bytes]]:
        """The files by which stamps are checked, to be named in a bundle's sums."""
        if isinstance(self.authority, TimeStampAuthority):
            yield AUTHORITY, self.authority.certificates.pem

    def file_after(self, objects: ObjectStore, client_id: str, sums: bytes) -> tuple[str, bytes]:
        """The stamp of the sums or, where there is none, the reason; raises TimeStampDamaged."""
        if isinstance(self.authority, NoAuthority):
            self.told("no_authority")
            return _reason(self.authority.reason)
        kept = _kept(objects, client_id, sums, self.authority)
        if kept is not None:
            self.told("kept")
            return STAMP, kept
        return self._asked(objects, client_id, sums, self.authority)

    def _asked(
        self, objects: ObjectStore, client_id: str, sums: bytes, authority: TimeStampAuthority
    ) -> tuple[str, bytes]:
        try:
            made = authority.stamp(sums)
        except TimeStampMissed as error:
            _log.warning("client %s: a bundle was made without a time stamp: %s", client_id, error)
            self.told("missed")
            return _reason(f"{error}; export the bundle again to have it stamped")
        key = time_stamp_key(client_id, sha256_hex(sums))
        is_first = objects.put_once(key, made)
        objects.hold(key)
        self.told("made")
        return STAMP, made if is_first else objects.get(key)


def _kept(
    objects: ObjectStore, client_id: str, sums: bytes, authority: TimeStampAuthority
) -> bytes | None:
    """The stamp that these sums got before, or None."""
    key = time_stamp_key(client_id, sha256_hex(sums))
    try:
        kept = objects.get(key)
        checked_answer(kept, sums, authority.certificates, None)
    except ObjectMissing:
        return None
    except UnfitAnswer as error:
        raise TimeStampDamaged(
            f"client {client_id}: the time stamp {key!r} does not hold: {error}; restore the "
            "object from a backup"
        ) from error
    return kept


def _reason(told: str) -> tuple[str, bytes]:
    return NO_STAMP, f"{told}\n".encode()
