"""Keys and time-stamp authorities that the command line names, to verify bundles by."""

from __future__ import annotations

from pathlib import Path

from infringement_dagster.cli.named_files import read_bytes
from infringement_dagster.evidence.signature import BadKey, fingerprint_in, read_public_key
from infringement_dagster.evidence.time_stamp import (
    AuthorityCertificates,
    BadAuthority,
    read_authority,
)


def fingerprint_named(named: str) -> str:
    """The fingerprint that the text is, or of the key in the file; raises BadKey."""
    fingerprint = fingerprint_in(named)
    if fingerprint is not None:
        return fingerprint
    try:
        return read_public_key(read_bytes(Path(named))).fingerprint
    except BadKey as error:
        raise BadKey(f"--key {named}: {error}; name a file or 64 hex digits") from error


def authority_named(path: Path) -> AuthorityCertificates:
    """The certificates in the file; raises BadAuthority."""
    try:
        return read_authority(read_bytes(path))
    except BadAuthority as error:
        raise BadAuthority(f"--authority {path}: {error}") from error
