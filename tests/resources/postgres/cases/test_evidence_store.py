from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.evidence.chain import NOTHING_BEFORE, ChainEnd, NewManifest, breaks
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.cases.chain_store import (
    append_links,
    chain_end,
    links_after,
    links_of_case,
    lock_chain,
    note_sealed,
    unsealed_links,
)
from resources.postgres.cases.evidence_store import evidence_of, known_evidence, put_evidence
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.database import Database
from resources.postgres.statements import RefusedRow
from tests.support.scene import NOON, Scene, begin

DIGEST = "ab" * 32


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.client("acme") as c:
        return begin(c, "acme")


def flagged(database: Database, scene: Scene, *listing_ids: str) -> list[UUID]:
    flags = [CaseFlag(listing_id, 0.9, None) for listing_id in listing_ids]
    with database.client("acme") as c:
        cases = flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
    return [case.case_id for case in cases]


def a_copy(scene: Scene, case_id: UUID) -> EvidenceRow:
    return EvidenceRow(case_id, "photo", "1", DIGEST, 10, "image/png", scene.scan_id, NOON)


def link(database: Database, scene: Scene, case_id: UUID, count: int = 1) -> None:
    manifests = [NewManifest(case_id, scene.scan_id, DIGEST)] * count
    with database.client("acme") as c:
        append_links(c, "acme", lock_chain(c, "acme"), manifests, NOON)


def test_the_same_bytes_are_evidence_once(database: Database, scene: Scene) -> None:
    first, second = flagged(database, scene, "B01", "B02")
    photo = a_copy(scene, first)
    payload = replace(photo, kind="listing_payload", object_key="2")
    other = replace(photo, case_id=second)
    with database.client("acme") as c:
        assert put_evidence(c, "acme", [photo, other, payload, photo]) == 3
        newer = replace(photo, sha256="cd" * 32)
        assert put_evidence(c, "acme", [newer, payload]) == 1
        assert put_evidence(c, "acme", []) == 0
        assert evidence_of(c, "acme", first) == [payload, photo, newer]
        assert evidence_of(c, "acme", second) == [other]
        numbers = c.execute(
            "SELECT evidence_no FROM evidence WHERE case_id = %s ORDER BY 1", (first,)
        ).fetchall()
    assert numbers == [(1,), (2,), (3,)]


def test_evidence_needs_its_case(database: Database, scene: Scene) -> None:
    with pytest.raises(RefusedRow, match="cases"), database.client("acme") as c:
        put_evidence(c, "acme", [a_copy(scene, uuid4())])


def test_what_is_known_is_told_for_all_listings_at_once(database: Database, scene: Scene) -> None:
    first, _ = flagged(database, scene, "B01", "B02")
    with database.client("acme") as c:
        put_evidence(c, "acme", [a_copy(scene, first)])
    link(database, scene, first)
    with database.client("acme") as c:
        known = known_evidence(c, "acme", "amazon", ["B01", "B02", "B03"])
    assert {item.listing_id: (set(item.sha256s), item.is_linked) for item in known.values()} == {
        "B01": ({DIGEST}, True),
        "B02": (set(), False),
    }


def test_links_are_numbered_without_gaps_and_name_the_one_before(
    database: Database, scene: Scene
) -> None:
    first, second = flagged(database, scene, "B01", "B02")
    link(database, scene, first, 2)
    link(database, scene, second)
    link(database, scene, first, 0)
    with database.client("acme") as c:
        links = links_after(c, "acme", 0, 10)
        assert chain_end(c, "acme") == ChainEnd(3, links[-1].link.sha256)
        assert [kept.link.chain_no for kept in links_of_case(c, "acme", second)] == [2, 3]
        assert [kept.link.chain_no for kept in links_after(c, "acme", 1, 1)] == [2]
    assert links[0].link.previous_sha256 == NOTHING_BEFORE
    seen = ChainEnd()
    for kept in links:  # what comes back from Postgres is what was linked, to the byte
        assert list(breaks(seen, kept.link, kept.sha256)) == []
        seen = ChainEnd(kept.link.chain_no, kept.sha256)


def test_two_runs_of_a_client_that_link_at_once_make_one_chain(
    database: Database, scene: Scene
) -> None:
    cases = flagged(database, scene, "B01", "B02")
    start = threading.Barrier(4)

    def flag_often(number: int) -> None:
        start.wait()
        for _ in range(10):
            link(database, scene, cases[number % 2], 2)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(flag_often, range(4)))
    with database.client("acme") as c:
        links = links_after(c, "acme", 0, 1000)
    assert [kept.link.chain_no for kept in links] == list(range(1, 81))
    ends = [ChainEnd(kept.link.chain_no, kept.sha256) for kept in links]
    problems = [
        problem
        for before, kept in zip([ChainEnd(), *ends], links, strict=False)
        for problem in breaks(before, kept.link, kept.sha256)
    ]
    assert problems == []


def test_a_transaction_that_fails_leaves_no_gap(database: Database, scene: Scene) -> None:
    (case_id,) = flagged(database, scene, "B01")
    with pytest.raises(RefusedRow, match="cases"):
        link(database, scene, uuid4())
    link(database, scene, case_id)
    with database.client("acme") as c:
        assert [kept.link.chain_no for kept in links_after(c, "acme", 0, 10)] == [1]


def test_links_wait_for_their_copy_until_it_is_noted(database: Database, scene: Scene) -> None:
    (case_id,) = flagged(database, scene, "B01")
    link(database, scene, case_id, 3)
    with database.client("acme") as c:
        assert [kept.link.chain_no for kept in unsealed_links(c, "acme")] == [1, 2, 3]
        note_sealed(c, "acme", 2)
        note_sealed(c, "acme", 1)
        assert [kept.link.chain_no for kept in unsealed_links(c, "acme")] == [3]
