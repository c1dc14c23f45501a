"""Corner points of known photos, packed, in the photos' own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import Connection

from resources.postgres.statements import execute_many, fetch_all


@dataclass(frozen=True, slots=True)
class PackedPoints:
    """A photo's points as it is and in a mirror, a logo's as its negative; None: not looked for."""

    upright: bytes | None
    mirrored: bytes | None


def put_points(c: Connection, client_id: str, points: Mapping[str, PackedPoints]) -> None:
    """Guarantees that the known photos have these points; None leaves those that are there.

    The cells of others that they had are gone.
    """
    execute_many(
        c,
        """
        UPDATE photos SET corner_points = coalesce(%(upright)s, corner_points),
            mirrored_corner_points = coalesce(%(mirrored)s, mirrored_corner_points),
            point_cells = CASE
                WHEN coalesce(%(upright)s, corner_points) IS NOT DISTINCT FROM corner_points
                    AND coalesce(%(mirrored)s, mirrored_corner_points)
                        IS NOT DISTINCT FROM mirrored_corner_points
                THEN point_cells END
        WHERE client_id = %(client_id)s AND sha256 = %(sha256)s
        """,
        [
            {
                "client_id": client_id,
                "sha256": sha256,
                "upright": points[sha256].upright,
                "mirrored": points[sha256].mirrored,
            }
            for sha256 in sorted(points)
        ],
    )


def points_of(c: Connection, client_id: str, sha256s: Iterable[str]) -> dict[str, PackedPoints]:
    """By SHA-256 what is kept of those of the photos that are known."""
    found = fetch_all(
        c,
        _packed,
        """
        SELECT sha256, corner_points AS upright, mirrored_corner_points AS mirrored
        FROM photos WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return dict(found)


def heads_of(
    c: Connection, client_id: str, sha256s: Iterable[str], length: int
) -> dict[str, bytes]:
    """By SHA-256 the first bytes of the points of those of the photos that have some."""
    found = fetch_all(
        c,
        _head,
        """
        SELECT sha256, substring(corner_points FROM 1 FOR %(length)s) AS head
        FROM photos WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
            AND corner_points IS NOT NULL
        """,
        client_id=client_id,
        sha256s=list(sha256s),
        length=length,
    )
    return dict(found)


def _head(*, sha256: str, head: bytes) -> tuple[str, bytes]:
    return sha256, head


def _packed(
    *, sha256: str, upright: bytes | None, mirrored: bytes | None
) -> tuple[str, PackedPoints]:
    return sha256, PackedPoints(upright, mirrored)
