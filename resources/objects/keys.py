"""Under which keys a client's pictures, and what was made of them, are kept."""

from __future__ import annotations

from infringement_dagster.matching.pictures.local_features import FEATURES_VERSION


def image_key(client_id: str, sha256: str) -> str:
    """The object key of a picture's bytes; the same picture has one key a client."""
    return f"clients/{client_id}/images/{sha256[:2]}/{sha256}"


def key_points_key(client_id: str, sha256: str) -> str:
    """The object key of a picture's key points as this version finds them."""
    return f"clients/{client_id}/key-points/{FEATURES_VERSION}/{sha256[:2]}/{sha256}"
