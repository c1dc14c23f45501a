"""Text read in known photos, in the photos' own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.matching.photo_text.lines import PhotoText, text_document, text_from
from resources.postgres.statements import execute_many, fetch_all


def put_texts(c: Connection, client_id: str, texts: Mapping[str, PhotoText]) -> None:
    """Guarantees that the known photos, by SHA-256, have these texts."""
    execute_many(
        c,
        """
        UPDATE photos SET photo_text = %(photo_text)s
        WHERE client_id = %(client_id)s AND sha256 = %(sha256)s
        """,
        [
            {"client_id": client_id, "sha256": sha256, "photo_text": Jsonb(text_document(text))}
            for sha256, text in sorted(texts.items())
        ],
    )


def texts_of(c: Connection, client_id: str, sha256s: Iterable[str]) -> dict[str, PhotoText]:
    """By SHA-256 the texts of those of the photos that were read by the version in use."""
    found = fetch_all(
        c,
        _text,
        """
        SELECT sha256, photo_text FROM photos
        WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s) AND photo_text IS NOT NULL
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return {sha256: text for sha256, text in found if text is not None}


def _text(*, sha256: str, photo_text: dict[str, Any]) -> tuple[str, PhotoText | None]:
    return sha256, text_from(photo_text)
