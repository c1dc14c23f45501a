"""Sellers of cases linked into actors by the runs that flag the cases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.flagging import link_sellers as linking
from infringement_dagster.flagging.group_cases import group_cases
from infringement_dagster.flagging.link_sellers import Linked, link_sellers
from infringement_dagster.reviewing import actors
from resources.postgres.actors import actor_lists, seller_lists, seller_store
from resources.postgres.actors.risk_query import risks_of_sellers
from resources.postgres.database import Database
from resources.postgres.scans.run_store import LostLease
from tests.support.grouped import Found
from tests.support.linked import ActorScene, Sold, begin, two_shops

SLY = frozenset({"name:brightpeak store", "name:kindly deals"})


@pytest.fixture
def acme(database: Database) -> ActorScene:
    return begin(database)


def test_sellers_who_give_one_number_become_one_actor_across_marketplaces(acme: ActorScene) -> None:
    first, second = two_shops()
    assert acme.scan(first) == Linked(1, 0)
    assert acme.scan(second) == Linked(1, 1)
    assert acme.actors() == {SLY}
    assert acme.events() == ["actor.made"]
    with acme.database.client("acme") as c:
        (link,) = seller_store.all_links(c, "acme")
    assert link.ties
    assert link.evidence[0].kind == "contact"
    assert "8613912345678" in link.evidence[0].said


def test_a_third_name_with_the_number_makes_the_actor_grow(acme: ActorScene) -> None:
    acme.scan(*two_shops())
    third = Sold(Found("A1", "Jug", "Odd Oddments", None, "amazon"), "call +86 139 1234 5678")
    assert acme.scan(third) == Linked(1, 1)
    assert acme.actors() == {SLY | {"name:odd oddments"}}
    assert acme.events() == ["actor.made", "actor.grew"]


def test_what_a_killed_run_left_the_next_one_reads(acme: ActorScene) -> None:
    first, second = two_shops()
    run = acme.groups.flag("ebay", [first.found])
    group_cases(acme.database, run)  # killed before it linked
    assert acme.scan(second) == Linked(2, 0)
    assert link_sellers(acme.database, run, [first.listing]) == Linked(0, 1)
    assert acme.actors() == {SLY}


def test_a_run_that_dies_while_it_links_leaves_nothing_behind(
    acme: ActorScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_shops()
    acme.scan(first)
    run = acme.groups.flag("walmart", [second.found])
    group_cases(acme.database, run)
    with monkeypatch.context() as patched:
        patched.setattr(linking, "_happened", _dies)
        with pytest.raises(KeyboardInterrupt):
            link_sellers(acme.database, run, [second.listing])
    with acme.database.client("acme") as c:
        assert seller_store.count_traces(c, "acme") == 1
        assert seller_store.all_links(c, "acme") == []
    assert link_sellers(acme.database, run, [second.listing]) == Linked(1, 1)
    assert acme.events() == ["actor.made"]


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_same_run_again_and_others_at_once_change_nothing(acme: ActorScene) -> None:
    sold = two_shops()
    acme.scan(*sold)
    runs = [
        acme.groups.flag(
            provider,
            [Found(f"{provider}{at}", provider=provider, seller=f"Other {at}") for at in range(9)],
        )
        for provider in ("amazon", "ebay", "walmart")
    ]
    for run in runs:
        group_cases(acme.database, run)
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda run: link_sellers(acme.database, run, []), runs))
    assert sum(item.traced for item in done) == 27
    again = link_sellers(acme.database, runs[0], [])
    assert again.traced == 0
    assert SLY in acme.actors()


def test_a_run_that_lost_its_lease_links_nothing(acme: ActorScene) -> None:
    run = acme.groups.flag("ebay", [two_shops()[0].found])
    group_cases(acme.database, run)
    with pytest.raises(LostLease):
        link_sellers(acme.database, replace(run, epoch=run.epoch + 1), [])
    with acme.database.client("acme") as c:
        assert seller_store.sellers(c, "acme") == []


def test_a_split_holds_in_later_scans_and_a_merge_takes_it_back(acme: ActorScene) -> None:
    acme.scan(*two_shops())
    kindly = SellerKey("walmart", "name:kindly deals")
    with acme.database.client("acme") as c:
        actor = actor_lists.actor_page(c, "acme", 10)[0]
        new_id = actors.split_actor(c, "acme", actor.actor_id, [kindly], "ann")
    again = Sold(
        Found("W2", "Other mug of glass", "kindly deals", "own", "walmart"),
        two_shops()[0].description,
    )
    acme.scan(again)
    assert acme.actors() == set()
    with acme.database.client("acme") as c:
        assert seller_lists.get_seller(c, "acme", kindly).actor_id == new_id
        kept = actors.merge_actors(c, "acme", new_id, actor.actor_id, "ann")
    acme.scan(replace(again, found=replace(again.found, listing_id="W3")))
    assert acme.actors() == {SLY}
    with acme.database.client("acme") as c:
        assert kept == actor.actor_id == seller_lists.get_seller(c, "acme", kindly).actor_id
    assert acme.events() == ["actor.made", "actor.split", "actor.merged"]


def test_a_split_of_strangers_or_of_all_is_refused(acme: ActorScene) -> None:
    acme.scan(*two_shops())
    stranger = SellerKey("walmart", "name:nobody")
    with acme.database.client("acme") as c:
        actor = actor_lists.actor_page(c, "acme", 10)[0]
        every = [row.seller for row in seller_lists.sellers_of_actor(c, "acme", actor.actor_id)]
        for named in ([stranger], every, []):
            with pytest.raises(actors.NotInActor):
                actors.split_actor(c, "acme", actor.actor_id, named, "ann")
        with pytest.raises(actors.NotInActor):
            actors.merge_actors(c, "acme", actor.actor_id, actor.actor_id, "ann")


def test_risk_is_that_of_the_actor_behind_a_seller(acme: ActorScene) -> None:
    acme.scan(*two_shops())
    kindly = SellerKey("walmart", "name:kindly deals")
    with acme.database.client("acme") as c:
        stranger = SellerKey("ebay", "name:kindly deals")
        risk = risks_of_sellers(c, "acme", [kindly, stranger]).get(kindly)
        assert stranger not in risks_of_sellers(c, "acme", [stranger])
    assert risk is not None
    assert [part.name for part in risk.parts] == ["open cases", "volume", "names"]
    assert risk.parts[-1].said == "2 sellers at 2 marketplaces"


def test_sellers_of_other_clients_are_never_linked(database: Database, acme: ActorScene) -> None:
    beta = begin(database, "beta")
    first, second = two_shops()
    acme.scan(first)
    beta.scan(second)
    assert acme.actors() == beta.actors() == set()
    with database.client("beta") as c:
        assert seller_lists.seller_page(c, "acme", 10) == []
        assert actor_lists.actor_page(c, "acme", 10, sellers_min=1) == []
