"""Versions of a client's config as the API saves, lists and compares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.client_room import check_room
from resources.postgres.clients import client_store
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one


class StaleConfig(PermanentError):
    """Somebody has saved a version since the one that the caller has read."""

    problem = ProblemKind(
        412, "stale-config", "The config has changed", "Read the newest version and edit that."
    )


class UnknownReference(PermanentError):
    """The client has no such reference photo in use."""

    problem = ProblemKind(404, "unknown-reference", "No such photo", "List the client's photos.")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """Who saved a version, when and why."""

    version: int
    created_at: datetime
    created_by: str
    comment: str | None


def save_config_after(
    c: Connection,
    client_id: str,
    expected_version: int,
    document: Mapping[str, object],
    created_by: str,
    comment: str | None = None,
) -> int:
    """The version of the document, saved only if the newest one is the expected (0 for none).

    Raises UnknownClient, StaleConfig and NoRoom.
    """
    locked = execute(
        c,
        "SELECT FROM clients WHERE client_id = %(client_id)s FOR NO KEY UPDATE",
        client_id=client_id,
    )
    if not locked:
        raise client_store.UnknownClient(client_id)
    newest = newest_version(c, client_id)
    if newest != expected_version:
        raise StaleConfig(
            f"client {client_id}: the config is at version {newest}, not at {expected_version}: "
            "somebody has saved meanwhile; read it again and edit that"
        )
    check_room(c, client_id, "bytes of config versions")
    return client_store.save_config(c, client_id, document, created_by, comment)


def newest_version(c: Connection, client_id: str) -> int:
    """The number of the newest version, 0 when there is none."""
    return fetch_count(
        c,
        "SELECT coalesce(max(version), 0) FROM config_versions WHERE client_id = %(client_id)s",
        client_id=client_id,
    )


def versions_before(c: Connection, client_id: str, version: int, limit: int) -> list[VersionRow]:
    """At most `limit` versions below this one, newest first."""
    return fetch_all(
        c,
        VersionRow,
        """
        SELECT version, created_at, created_by, comment FROM config_versions
        WHERE client_id = %(client_id)s AND version < %(version)s
        ORDER BY version DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        version=version,
        limit=limit,
    )


def remove_reference(c: Connection, client_id: str, reference_id: UUID) -> None:
    """Guarantees that the photo is compared with no longer; raises UnknownReference."""
    removed = execute(
        c,
        """
        UPDATE reference_photos SET removed_at = now()
        WHERE client_id = %(client_id)s AND reference_id = %(reference_id)s AND removed_at IS NULL
        """,
        client_id=client_id,
        reference_id=reference_id,
    )
    if not removed:
        raise unknown_reference(client_id, reference_id)


def restore_reference(c: Connection, client_id: str, reference_id: UUID) -> None:
    """Guarantees that a removed photo is compared with again; raises UnknownReference, NoRoom.

    Where the same photo was added since, that one stays, and this one removed.
    """
    check_room(c, client_id, "reference photos")
    if removed_reference_name(c, client_id, reference_id) is None:
        raise UnknownReference(f"client {client_id} has no removed reference photo {reference_id}")
    execute(
        c,
        """
        UPDATE reference_photos AS removed SET removed_at = NULL
        WHERE client_id = %(client_id)s AND reference_id = %(reference_id)s AND NOT EXISTS (
            SELECT FROM reference_photos AS used
            WHERE used.client_id = removed.client_id AND used.sha256 = removed.sha256
            AND used.removed_at IS NULL
        )
        """,
        client_id=client_id,
        reference_id=reference_id,
    )


def removed_reference_name(c: Connection, client_id: str, reference_id: UUID) -> str | None:
    """The file name of a photo that was removed; None where none was or it is in use again."""
    found = fetch_one(
        c,
        _FileName,
        """
        SELECT file_name FROM reference_photos
        WHERE client_id = %(client_id)s AND reference_id = %(reference_id)s
        AND removed_at IS NOT NULL
        """,
        client_id=client_id,
        reference_id=reference_id,
    )
    return None if found is None else found.file_name


@dataclass(frozen=True, slots=True)
class _FileName:
    file_name: str


def unknown_reference(client_id: str, reference_id: UUID) -> UnknownReference:
    """The error about a photo that is not there."""
    return UnknownReference(
        f"client {client_id} has no reference photo {reference_id} in use; list them for their ids"
    )
