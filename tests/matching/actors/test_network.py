"""Sellers linked into actors: the same in whatever order, no chain through one weak link."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.actors.links import Evidence, Link
from infringement_dagster.domain.actors.sellers import SellerKey, Trace
from infringement_dagster.domain.groups.likeness import PhotoPrint
from infringement_dagster.matching.actors.components import actors_of
from infringement_dagster.matching.actors.network import Network, network_of
from infringement_dagster.matching.actors.profiles import profiles_of
from tests.support.actor_market import MarketSize
from tests.support.actor_trials import quality, traces_of
from tests.support.seller_networks import SellerMarket

TITLES = ("acme steel bottle blue", "acme mug red glass", "acme jug green clay tall")
NAMES = ("Brightpeak Store", "brightpeak_24", "Zotalvor", "kindly deals", "Best Shop")


def traces() -> st.SearchStrategy[list[Trace]]:
    """Listings of few sellers who have much in common."""
    number = st.integers(0, 5)
    drawn = st.tuples(number, number, number, number, st.booleans())
    return st.lists(drawn.map(_trace), max_size=30)


def _trace(parts: tuple[int, int, int, int, bool]) -> Trace:
    seller, name, photo, contact, is_reference = parts
    return Trace(
        SellerKey("ebay" if seller % 2 else "amazon", f"name:{seller}"),
        NAMES[name % len(NAMES)],
        frozenset(TITLES[photo % len(TITLES)].split()),
        PhotoPrint(f"{photo}", (photo << 200,), (), is_reference),
        frozenset({f"phone:{contact}"} if contact > 3 else ()),
        ("yiwu", "leipzig", None)[contact % 3],
        Decimal(f"9.{photo}9"),
        "USD",
    )


def made(some: list[Trace], pins: dict[SellerKey, UUID] | None = None) -> Network:
    return network_of(profiles_of(some), pins or {})


@given(traces(), st.randoms(use_true_random=False), st.lists(st.integers(0, 1), max_size=6))
def test_whatever_order_listings_come_in_links_and_actors_are_the_same(
    some: list[Trace], chance: st.DataObject, pinned: list[int]
) -> None:
    sellers = sorted({trace.seller for trace in some})
    pins = dict(zip(sellers, [UUID(int=pin) for pin in pinned], strict=False))
    mixed = list(some)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert made(mixed, pins) == made(some, pins)


@given(traces(), st.lists(st.integers(0, 2), max_size=6))
def test_a_persons_word_holds_whatever_the_evidence_says(
    some: list[Trace], pinned: list[int]
) -> None:
    sellers = sorted({trace.seller for trace in some})
    pins = dict(zip(sellers, [UUID(int=pin) for pin in pinned], strict=False))
    actors = made(some, pins).actors
    of = {seller: place for place, actor in enumerate(actors) for seller in actor}
    assert sorted(of) == sellers
    for first, second in combinations(pins, 2):
        assert (of[first] == of[second]) == (pins[first] == pins[second])


def link(first: str, second: str, weight: float = 5.0) -> Link:
    keys = sorted((SellerKey("ebay", first), SellerKey("ebay", second)))
    return Link(keys[0], keys[1], weight, (Evidence("contact", weight, "a number"),))


def together(*links: Link, sellers: str) -> set[str]:
    found = actors_of([SellerKey("ebay", name) for name in sellers], links)
    return {"".join(seller.key for seller in actor) for actor in found}


def test_one_link_joins_no_two_big_actors_and_enough_links_do() -> None:
    first = [link(a, b, 9.0) for a, b in combinations("abcd", 2)]
    second = [link(a, b, 9.0) for a, b in combinations("wxyz", 2)]
    weak = link("d", "w")
    assert together(*first, *second, weak, sellers="abcdwxyz") == {"abcd", "wxyz"}
    assert together(*first, *second, weak, link("a", "x"), sellers="abcdwxyz") == {"abcdwxyz"}
    assert together(*first, link("d", "w"), sellers="abcdw") == {"abcdw"}


def test_what_is_no_identity_ties_only_where_three_kinds_agree() -> None:
    keys = SellerKey("ebay", "a"), SellerKey("ebay", "b")
    copied = (Evidence("photos", 5.0, ""), Evidence("titles", 5.0, ""))
    assert not Link(*keys, 9.0, copied).ties
    assert Link(*keys, 9.0, (*copied, Evidence("prices", 2.0, ""))).ties
    assert not Link(*keys, 1.0, (Evidence("contact", 9.0, ""),)).ties


def test_a_photo_of_the_clients_own_says_nothing() -> None:
    same = PhotoPrint("a", (7 << 200,), (), is_reference=True)
    words = frozenset(TITLES[0].split())
    some = [
        Trace(SellerKey("ebay", f"name:{name}"), name, words, same)
        for name in ("Zotalvor", "Mirenka")
    ]
    assert made(some).links == []


@pytest.mark.parametrize("seed", [21, 22])
def test_actors_are_the_people_of_a_small_market(seed: int) -> None:
    market = SellerMarket(seed, MarketSize(sellers=120, actors=15, listings=1_500))
    known = traces_of(market)
    network = made(known)
    assert network == made(known[::-1])
    found = quality(market, network)
    assert found.link_precision >= 0.9  # 120 sellers: little is rare; bench/actors.py holds .97
    assert found.link_recall >= 0.5
