"""Keeps copies of a client's chain of evidence in the object store and checks it against them.

A link is written to the store after its transaction, so a killed run leaves links without a copy;
the next run that flags for the client, or `seal_chain` alone, writes those.
"""

from __future__ import annotations

from collections.abc import Iterator

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.chain import ChainEnd, breaks
from infringement_dagster.evidence.documents import sha256_hex
from resources.objects.keys import chain_key, chain_prefix
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.cases import chain_store, evidence_store
from resources.postgres.cases.chain_store import KeptLink
from resources.postgres.database import Database

LINKS_AT_ONCE = 500


class ChainBroken(PermanentError):
    """The store holds another link under the number of one that the database has."""


def seal_chain(database: Database, objects: ObjectStore, client_id: str) -> int:
    """How many links got their copy in the store; afterwards each has one. Raises ChainBroken."""
    with database.client(client_id) as connection:
        links = chain_store.unsealed_links(connection, client_id)
    for kept in links:
        key, content = chain_key(client_id, kept.link.chain_no), kept.link.content()
        if not objects.put_once(key, content) and objects.get(key) != content:
            raise ChainBroken(
                f"client {client_id}: the store holds another link under {key!r} than the database "
                "has; find out who restored or changed which of them before scanning on"
            )
        objects.hold(key)
    if links:
        with database.client(client_id) as connection:
            chain_store.note_sealed(connection, client_id, links[-1].link.chain_no)
    return len(links)


def check_chain(database: Database, objects: ObjectStore, client_id: str) -> Iterator[str]:
    """Everything that is wrong with the client's chain, its copies and the files it names."""
    with database.client(client_id) as connection:
        end = chain_store.chain_end(connection, client_id)
    copies = len(objects.keys(chain_prefix(client_id)))
    seen = ChainEnd()
    while links := _links_after(database, client_id, seen.chain_no):
        for kept in links:
            yield from breaks(seen, kept.link, kept.sha256)
            yield from _copy_problems(objects, kept)
            seen = ChainEnd(kept.link.chain_no, kept.sha256)
            if seen.chain_no == end.chain_no and seen != end:
                yield f"link {end.chain_no} is {seen.sha256}, the chain's end says {end.sha256}"
    newest = max(end.chain_no, copies)
    if seen.chain_no < newest:
        yield f"the database has links up to {seen.chain_no}, there were {newest}"


def check_files(database: Database, objects: ObjectStore, client_id: str) -> Iterator[str]:
    """Every frozen copy whose bytes in the store are gone or not those that were frozen."""
    with database.client(client_id) as connection:
        rows = evidence_store.every_copy(connection, client_id)
    for row in rows:
        try:
            sha256 = sha256_hex(objects.get(row.object_key))
        except ObjectMissing:
            yield f"{row.kind} {row.object_key} is gone; its SHA-256 was {row.sha256}"
            continue
        if sha256 != row.sha256:
            yield f"{row.kind} {row.object_key} is {sha256}, expected {row.sha256}"


def _links_after(database: Database, client_id: str, chain_no: int) -> list[KeptLink]:
    with database.client(client_id) as connection:
        return chain_store.links_after(connection, client_id, chain_no, LINKS_AT_ONCE)


def _copy_problems(objects: ObjectStore, kept: KeptLink) -> Iterator[str]:
    key = chain_key(kept.link.client_id, kept.link.chain_no)
    try:
        sha256 = sha256_hex(objects.get(key))
    except ObjectMissing:
        yield f"link {kept.link.chain_no} has no copy in the store ({key}); `seal` writes it"
        return
    if sha256 != kept.sha256:
        yield f"link {kept.link.chain_no} is {sha256} in the store, expected {kept.sha256}"
