"""Cases grouped by the runs that flag them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from infringement_dagster.flagging.group_cases import Grouped, group_cases
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import group_lists
from resources.postgres.clients.client_store import add_reference_photo
from resources.postgres.database import Database
from resources.postgres.listings.photo_store import put_photo
from resources.postgres.scans.run_store import LostLease
from tests.support.grouped import Found, GroupScene, begin, hash_of
from tests.support.scene import a_photo


@pytest.fixture
def acme(database: Database) -> GroupScene:
    return begin(database)


def event_types(scene: GroupScene) -> list[str]:
    with scene.database.client(scene.client_id) as c:
        rows = c.execute(
            "SELECT type FROM events WHERE type LIKE 'group.%' OR type = 'case.grouped'"
            " ORDER BY event_no"
        ).fetchall()
    return [name for (name,) in rows]


def test_near_identical_listings_are_grouped_across_marketplaces_sellers_and_scans(
    acme: GroupScene,
) -> None:
    first = Found("E1")
    assert acme.scan(first, Found("E2", "Some other mug of glass", "Odd", "mug")) == Grouped(2, 0)
    elsewhere = Found("W1", seller="Meek", photo="copied+9", provider="walmart")
    assert acme.scan(elsewhere) == Grouped(1, 1)
    relisted = Found("E3", title="ACME insulated steel bottle 32, straw with", photo=None)
    assert acme.scan(relisted) == Grouped(1, 1)
    assert acme.scan(first, relisted) == Grouped(0, 0)
    assert acme.groups() == {frozenset({"E1", "W1", "E3"}), frozenset({"E2"})}
    with acme.database.client("acme") as c:
        edges = group_lists.edges_of_group(c, "acme", acme.case("E1"))
    told = [(edge.case_id, edge.likeness.photo_bits, edge.likeness.is_relisting) for edge in edges]
    assert told == [(acme.case("W1"), 9, False), (acme.case("E3"), None, True)]
    assert event_types(acme) == ["case.grouped", "case.grouped"]


def test_strangers_who_show_the_clients_own_photo_are_not_grouped(acme: GroupScene) -> None:
    photo = a_photo("official")
    with acme.database.client("acme") as c:
        put_photo(c, "acme", photo, [hash_of("official")])
        add_reference_photo(c, "acme", sha256=photo.sha256, file_name="a.jpg", brand=None)
    acme.scan(Found("E1", photo="official"), Found("E2", seller="Odd", photo="official+4"))
    assert acme.groups() == {frozenset({"E1"}), frozenset({"E2"})}


def test_a_case_that_is_like_two_groups_makes_them_one_and_says_so(acme: GroupScene) -> None:
    acme.scan(Found("E1", seller="Sly", photo="first"))
    acme.scan(Found("E2", seller="Odd", photo="second"))
    acme.scan(Found("E3", seller="Odd", photo="first"))
    assert acme.groups() == {frozenset({"E1", "E2", "E3"})}
    assert acme.group_of("E2") == acme.case("E1")
    assert event_types(acme) == ["group.merged", "case.grouped"]


def test_what_a_killed_run_left_ungrouped_the_next_one_groups(acme: GroupScene) -> None:
    acme.flag("ebay", [Found("E1")])
    assert acme.groups() == set()
    assert acme.scan(Found("E2")) == Grouped(2, 1)


def test_runs_that_group_at_once_group_each_case_once(acme: GroupScene) -> None:
    runs = [
        acme.flag(
            provider, [Found(f"{provider}{number}", provider=provider) for number in range(9)]
        )
        for provider in ("amazon", "ebay", "walmart")
    ]
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda run: group_cases(acme.database, run), runs))
    assert sum(item.cases for item in done) == 27
    (together,) = acme.groups()
    assert len(together) == 27


def test_a_run_that_lost_its_lease_groups_nothing(acme: GroupScene) -> None:
    run = acme.flag("ebay", [Found("E1")])
    with pytest.raises(LostLease):
        group_cases(acme.database, replace(run, epoch=run.epoch + 1))
    assert acme.groups() == set()


def test_a_case_that_joins_a_decided_group_is_proposed_with_its_decision(acme: GroupScene) -> None:
    acme.scan(Found("E1"))
    with acme.database.client("acme") as c:
        decide(c, "acme", acme.case("E1"), "infringing", "copied photo", "ann", 1)
    acme.scan(Found("E2"))
    with acme.database.client("acme") as c:
        row = c.execute("SELECT body FROM events WHERE type = 'case.grouped'").fetchone()
        state = c.execute("SELECT state FROM cases WHERE listing_id = 'E2'").fetchone()
    assert row is not None
    assert row[0]["proposed"] == "infringing"
    assert state == ("open",)


def test_groups_of_clients_have_nothing_in_common(database: Database, acme: GroupScene) -> None:
    beta = begin(database, "beta")
    acme.scan(Found("E1"))
    beta.scan(Found("E1"), Found("E2"))
    assert acme.groups() == {frozenset({"E1"})}
    assert beta.groups() == {frozenset({"E1", "E2"})}
