"""Features of known photos, packed, each in its column of the photos' own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from psycopg import Connection

from resources.postgres.statements import execute_many, fetch_all

Column = Literal["copy_descriptor", "point_cells"]


def put_bytes(c: Connection, client_id: str, column: Column, packed: Mapping[str, bytes]) -> None:
    """Guarantees that the known photos have these features, by SHA-256."""
    execute_many(
        c,
        f"""
        UPDATE photos SET {column} = %(packed)s
        WHERE client_id = %(client_id)s AND sha256 = %(sha256)s
        """,  # noqa: S608 - a column of ours
        [
            {"client_id": client_id, "sha256": sha256, "packed": packed[sha256]}
            for sha256 in sorted(packed)
        ],
    )


def bytes_of(
    c: Connection, client_id: str, column: Column, sha256s: Iterable[str]
) -> dict[str, bytes]:
    """By SHA-256 the features of those photos that have some, of whatever version."""
    found = fetch_all(
        c,
        _packed,
        f"""
        SELECT sha256, {column} AS packed FROM photos
        WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
            AND {column} IS NOT NULL
        """,  # noqa: S608 - a column of ours
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return dict(found)


def _packed(*, sha256: str, packed: bytes) -> tuple[str, bytes]:
    return sha256, packed
