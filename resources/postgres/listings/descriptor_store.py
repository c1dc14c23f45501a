"""Copy descriptors of known photos, packed, in the photos' own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import Connection

from resources.postgres.statements import execute_many, fetch_all


def put_descriptors(c: Connection, client_id: str, descriptors: Mapping[str, bytes]) -> None:
    """Guarantees that the known photos have these descriptors, by SHA-256."""
    execute_many(
        c,
        """
        UPDATE photos SET copy_descriptor = %(descriptor)s
        WHERE client_id = %(client_id)s AND sha256 = %(sha256)s
        """,
        [
            {"client_id": client_id, "sha256": sha256, "descriptor": descriptors[sha256]}
            for sha256 in sorted(descriptors)
        ],
    )


def descriptors_of(c: Connection, client_id: str, sha256s: Iterable[str]) -> dict[str, bytes]:
    """By SHA-256 the descriptors of those photos that have one, of whatever version."""
    found = fetch_all(
        c,
        _descriptor,
        """
        SELECT sha256, copy_descriptor AS descriptor FROM photos
        WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
            AND copy_descriptor IS NOT NULL
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return dict(found)


def _descriptor(*, sha256: str, descriptor: bytes) -> tuple[str, bytes]:
    return sha256, descriptor
