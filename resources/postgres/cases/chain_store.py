"""The chain over a client's evidence: links with numbers without gaps, handed out under a lock.

Locks are taken in the order chain, cases, event counter: lock the chain before anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.evidence.chain import (
    NOTHING_BEFORE,
    ChainEnd,
    Link,
    NewManifest,
    linked,
)
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link with the SHA-256 that was kept for it."""

    link: Link
    sha256: str


def lock_chain(c: Connection, client_id: str) -> ChainEnd:
    """The end of the client's chain, which nobody else moves before this transaction ends."""
    execute(
        c,
        """
        INSERT INTO evidence_chains (client_id, chain_no, sha256)
        VALUES (%(client_id)s, 0, %(nothing)s) ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        nothing=NOTHING_BEFORE,
    )
    end = fetch_one(
        c,
        ChainEnd,
        """
        SELECT chain_no, sha256 FROM evidence_chains WHERE client_id = %(client_id)s FOR UPDATE
        """,
        client_id=client_id,
    )
    assert end is not None  # inserted above unless it was there
    return end


def chain_end(c: Connection, client_id: str) -> ChainEnd:
    """The number and SHA-256 of the client's newest link."""
    end = fetch_one(
        c,
        ChainEnd,
        "SELECT chain_no, sha256 FROM evidence_chains WHERE client_id = %(client_id)s",
        client_id=client_id,
    )
    return end or ChainEnd()


def append_links(
    c: Connection,
    client_id: str,
    end: ChainEnd,
    manifests: Sequence[NewManifest],
    linked_at: datetime,
) -> list[Link]:
    """The new links; `end` is what `lock_chain` gave in this transaction."""
    links = list(linked(client_id, end, manifests, linked_at))
    if not links:
        return []
    execute_many(
        c,
        """
        INSERT INTO evidence_links (client_id, chain_no, case_id, scan_id, manifest_sha256,
            previous_sha256, sha256, linked_at)
        VALUES (%(client_id)s, %(chain_no)s, %(case_id)s, %(scan_id)s, %(manifest_sha256)s,
            %(previous_sha256)s, %(sha256)s, %(linked_at)s)
        """,
        [asdict(link) | {"sha256": link.sha256} for link in links],
    )
    execute(
        c,
        """
        UPDATE evidence_chains SET (chain_no, sha256) = (%(chain_no)s, %(sha256)s)
        WHERE client_id = %(client_id)s
        """,
        client_id=client_id,
        chain_no=links[-1].chain_no,
        sha256=links[-1].sha256,
    )
    return links


def links_after(c: Connection, client_id: str, chain_no: int, limit: int) -> list[KeptLink]:
    """At most `limit` links with a greater number, in their order."""
    return fetch_all(
        c,
        _kept_link,
        _SELECT_LINK + _AFTER,
        client_id=client_id,
        chain_no=chain_no,
        limit=limit,
    )


def links_of_case(c: Connection, client_id: str, case_id: UUID) -> list[KeptLink]:
    """The case's links, each with the one before it in the chain, in order of number."""
    return fetch_all(
        c,
        _kept_link,
        _SELECT_LINK + _OF_CASE,
        client_id=client_id,
        case_id=case_id,
    )


def unsealed_links(c: Connection, client_id: str) -> list[KeptLink]:
    """The links whose copies are not known to be in the object store, in order of number."""
    return fetch_all(
        c,
        _kept_link,
        _SELECT_LINK + _UNSEALED,
        client_id=client_id,
    )


def note_sealed(c: Connection, client_id: str, chain_no: int) -> None:
    """Guarantees that links up to this number count as kept in the object store."""
    execute(
        c,
        """
        UPDATE evidence_chains SET sealed_no = %(chain_no)s
        WHERE client_id = %(client_id)s AND sealed_no < %(chain_no)s
        """,
        client_id=client_id,
        chain_no=chain_no,
    )


_SELECT_LINK: LiteralString = """
    SELECT client_id, chain_no, case_id, scan_id, manifest_sha256, previous_sha256, sha256,
        linked_at
    FROM evidence_links
"""
_AFTER: LiteralString = """
    WHERE client_id = %(client_id)s AND chain_no > %(chain_no)s ORDER BY chain_no LIMIT %(limit)s
"""
_OF_CASE: LiteralString = """
    WHERE client_id = %(client_id)s AND chain_no IN (
        SELECT unnest(ARRAY[chain_no - 1, chain_no]) FROM evidence_links
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s)
    ORDER BY chain_no
"""
_UNSEALED: LiteralString = """
    WHERE client_id = %(client_id)s AND chain_no > (
        SELECT sealed_no FROM evidence_chains WHERE client_id = %(client_id)s)
    ORDER BY chain_no
"""


def _kept_link(
    *,
    client_id: str,
    chain_no: int,
    case_id: UUID,
    scan_id: UUID,
    manifest_sha256: str,
    previous_sha256: str,
    sha256: str,
    linked_at: datetime,
) -> KeptLink:
    link = Link(client_id, chain_no, case_id, scan_id, manifest_sha256, previous_sha256, linked_at)
    return KeptLink(link, sha256)
