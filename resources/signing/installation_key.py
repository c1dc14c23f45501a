"""The key that this installation signs bundles of evidence with."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.signature import (
    BadKey,
    SigningKey,
    new_signing_key,
    read_signing_key,
)
from resources.settings import Settings

KEY_FILE = "evidence-signing-key.pem"
_OTHERS = 0o077
_log = logging.getLogger(__name__)


class UnusableSigningKey(PermanentError):
    """The installation's key is not one, or others can read it."""


def installation_key(settings: Settings) -> SigningKey:
    """The key of EVIDENCE_SIGNING_KEY, else of the state directory, where first use makes it.

    Raises UnusableSigningKey.
    """
    if settings.evidence_signing_key is not None:
        given = settings.evidence_signing_key.get_secret_value()
        return _read(given.encode(), "EVIDENCE_SIGNING_KEY")
    path = settings.state_dir / KEY_FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & _OTHERS:
        raise UnusableSigningKey(
            f"{path} signs evidence and can be read by others: `chmod 600` it, and if somebody may "
            "have copied it, move it away so that a new key is made"
        )
    return _read(path.read_bytes(), str(path))


def _read(pem: bytes, source: str) -> SigningKey:
    try:
        return read_signing_key(pem)
    except BadKey as error:
        raise UnusableSigningKey(f"{source} cannot sign evidence: {error}") from error


def _make(path: Path) -> None:
    """Guarantees that the file holds a key, whole, of whoever made it first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = new_signing_key()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{KEY_FILE}.")  # mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key.private_pem)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
            os.link(temporary, path)
            _log.warning(
                "made the key that signs evidence, %s; back up %s", key.public.fingerprint, path
            )
    finally:
        os.unlink(temporary)
