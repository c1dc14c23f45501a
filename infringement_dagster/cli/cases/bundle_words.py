"""Whose a verified bundle is and when it was stamped, in words for the command line."""

from __future__ import annotations

from infringement_dagster.evidence.signature import Signed, Unsigned
from infringement_dagster.evidence.time_stamp import Stamped, Unstamped


def signature_words(signature: Signed | Unsigned) -> str:
    """Whose the bundle is."""
    if isinstance(signature, Unsigned):
        return "UNSIGNED: anybody may have made it, such bundles are of before they were signed"
    if signature.is_trusted:
        return f"signed by {signature.fingerprint}"
    return (
        f"signed by an unknown key, {signature.fingerprint}: name the installation's own with --key"
    )


def stamp_words(stamp: Stamped | Unstamped) -> str:
    """When the bundle was there, by whose word; or why nobody says so."""
    if isinstance(stamp, Unstamped):
        return f"no time stamp: {stamp.reason}"
    told = f"time-stamped {stamp.at:%Y-%m-%d %H:%M:%S} UTC by {stamp.authority}"
    if stamp.is_trusted:
        return told
    return f"{told}, an authority that only the bundle names: name its certificate with --authority"
