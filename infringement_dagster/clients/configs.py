"""Versions of a client's config: read from what is stored, and compared place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import ClientConfig
from resources.postgres.clients import client_store


def load_client_config(c: Connection, client_id: str, version: int | None = None) -> ClientConfig:
    """The client's config of this version, of the newest where none is named; raises NoConfig."""
    kept = client_store.load_config(c, client_id, version)
    return read_client_config(client_id, kept.version, kept.document, is_stored=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two versions differ; `pointer` is a JSON pointer, None is nothing there."""

    pointer: str
    before: object
    after: object


def differences(before: object, after: object, pointer: str = "") -> Iterator[Difference]:
    """The smallest parts of two JSON values that differ; lists are compared as a whole."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from differences(before.get(name), after.get(name), f"{pointer}/{escaped}")
    else:
        yield Difference(pointer, before, after)
