"""Clients, their config versions and their reference photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.client import is_client_id
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.photo import ReferenceKind
from resources.postgres.client_room import check_room
from resources.postgres.clients.records import ClientRow, ConfigVersion, ReferencePhotoRow
from resources.postgres.statements import execute, fetch_all, fetch_one


class ClientExists(PermanentError):
    """The id is taken."""

    problem = ProblemKind(409, "client-exists", "The id is taken", "Choose another id.")


class BadClientId(PermanentError):
    """The id is not one that addresses and keys of objects can hold."""

    problem = ProblemKind(422, "bad-client-id", "Not a client's id", "Choose another id.")


class UnknownClient(PermanentError):
    """There is no client of this id, or the transaction was opened for another one."""

    problem = ProblemKind(404, "unknown-client", "No such client", "Check the id in the path.")

    def __init__(self, client_id: str) -> None:
        super().__init__(f"client {client_id} is unknown; check its id")


class NoConfig(PermanentError):
    """The client has no config, or not this version of it."""

    problem = ProblemKind(404, "no-config", "No such config", "Save a config first.")


def add_client(c: Connection, client_id: str, display_name: str) -> None:
    """Guarantees a client without config; run it in a transaction of this client.

    Raises ClientExists, BadClientId and, for a name that cannot be kept, RefusedRow.
    """
    check_client_id(client_id)
    added = execute(
        c,
        """
        INSERT INTO clients (client_id, display_name) VALUES (%(client_id)s, %(display_name)s)
        ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        display_name=display_name,
    )
    if not added:
        raise ClientExists(f"client {client_id} exists already; choose another id")


def check_client_id(client_id: str) -> None:
    """Returns for an id that a client can have; raises BadClientId."""
    if not is_client_id(client_id):
        raise BadClientId(
            f"{client_id[:80]!r} cannot be a client's id: use 1 to 63 lower-case letters, digits "
            "and hyphens, the first one no hyphen, such as acme or north-star-2"
        )


def get_client(c: Connection, client_id: str) -> ClientRow:
    """The client; raises UnknownClient."""
    client = fetch_one(
        c, ClientRow, _SELECT_CLIENT + "WHERE client_id = %(client_id)s", client_id=client_id
    )
    if client is None:
        raise UnknownClient(client_id)
    return client


def list_clients(c: Connection) -> list[ClientRow]:
    """Every client in order of id, in an admission transaction; else the transaction's own."""
    return fetch_all(c, ClientRow, _SELECT_CLIENT + "ORDER BY client_id")


_SELECT_CLIENT = "SELECT client_id, display_name, state, last_event_no, created_at FROM clients "


@dataclass(frozen=True, slots=True)
class _Newest:
    version: int
    is_same: bool


def save_config(
    c: Connection,
    client_id: str,
    document: Mapping[str, object],
    created_by: str,
    comment: str | None = None,
) -> int:
    """The version of this document: the newest one's when it says the same, else the next.

    Two savers at once get two versions. Raises UnknownClient and RefusedRow.
    """
    _lock_client(c, client_id)
    newest = fetch_one(
        c,
        _Newest,
        """
        SELECT version, document = %(document)s AS is_same FROM config_versions
        WHERE client_id = %(client_id)s ORDER BY version DESC LIMIT 1
        """,
        client_id=client_id,
        document=Jsonb(document),
    ) or _Newest(0, is_same=False)
    if newest.is_same:
        return newest.version
    execute(
        c,
        """
        INSERT INTO config_versions (client_id, version, document, created_by, comment)
        VALUES (%(client_id)s, %(version)s, %(document)s, %(created_by)s, %(comment)s)
        """,
        client_id=client_id,
        version=newest.version + 1,
        document=Jsonb(document),
        created_by=created_by,
        comment=comment,
    )
    return newest.version + 1


def load_config(c: Connection, client_id: str, version: int | None = None) -> ConfigVersion:
    """This version, or the newest one; raises NoConfig."""
    config = fetch_one(
        c,
        ConfigVersion,
        """
        SELECT client_id, version, document, created_at, created_by, comment FROM config_versions
        WHERE client_id = %(client_id)s AND version = coalesce(%(version)s, version)
        ORDER BY version DESC LIMIT 1
        """,
        client_id=client_id,
        version=version,
    )
    if config is None:
        wanted = "config" if version is None else f"config version {version}"
        raise NoConfig(f"client {client_id} has no {wanted}; save one before scanning")
    return config


def add_reference_photo(
    c: Connection,
    client_id: str,
    *,
    sha256: str,
    file_name: str,
    brand: str | None,
    kind: ReferenceKind = "photo",
) -> UUID:
    """The id of the reference photo with these bytes; adding it again renames it.

    The photo must be stored already (`photo_store.put_photo`), else raises RefusedRow. Raises
    NoRoom.
    """
    check_room(c, client_id, "reference photos")
    added = fetch_one(
        c,
        _ReferenceId,
        """
        INSERT INTO reference_photos (client_id, sha256, file_name, brand, kind)
        VALUES (%(client_id)s, %(sha256)s, %(file_name)s, %(brand)s, %(kind)s)
        ON CONFLICT (client_id, sha256) WHERE removed_at IS NULL
        DO UPDATE SET file_name = excluded.file_name, brand = excluded.brand, kind = excluded.kind
        RETURNING reference_id
        """,
        client_id=client_id,
        sha256=sha256,
        file_name=file_name,
        brand=brand,
        kind=kind,
    )
    if added is None:
        raise UnknownClient(client_id)
    return added.reference_id


@dataclass(frozen=True, slots=True)
class _ReferenceId:
    reference_id: UUID


def reference_photos(c: Connection, client_id: str) -> list[ReferencePhotoRow]:
    """The client's product photos and logos that are in use, oldest first."""
    return fetch_all(
        c,
        ReferencePhotoRow,
        """
        SELECT reference_id, sha256, file_name, brand, kind, added_at, media_type, object_key
        FROM reference_photos JOIN photos USING (client_id, sha256)
        WHERE client_id = %(client_id)s AND removed_at IS NULL
        ORDER BY added_at, file_name, sha256
        """,
        client_id=client_id,
    )


def _lock_client(c: Connection, client_id: str) -> None:
    locked = execute(
        c,
        "SELECT FROM clients WHERE client_id = %(client_id)s FOR NO KEY UPDATE",
        client_id=client_id,
    )
    if not locked:
        raise UnknownClient(client_id)
