"""Listings put into groups: a few at a time as all at once, and a person's word outlives both."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.groups.likeness import Member, PhotoPrint, Print
from infringement_dagster.matching.groups.grouping import Grouping, Joined

Step = tuple[str, int, int]
STEPS = st.tuples(st.sampled_from(["split", "merge"]), st.integers(0, 99), st.integers(0, 99))


def seen(
    number: int, *, words: str = "", seller: str | None = None, photo: int | None = None
) -> Print:
    """A print whose likenesses are to be seen at once."""
    shown = None if photo is None else PhotoPrint(f"{photo}", (), (), is_reference=False)
    return Print(UUID(int=number), "ebay", frozenset(words.split()), seller, None, shown)


def prints() -> st.SearchStrategy[list[Print]]:
    """Listings of few sellers, titles and photos, so that most have something in common."""
    looks = st.tuples(
        st.sampled_from(["acme steel bottle blue", "acme mug red glass", ""]),
        st.sampled_from(["sly", "meek", "odd", None]),
        st.sampled_from([1, 2, 3, None]),
    )
    drawn = st.lists(looks, min_size=1, max_size=14)
    return drawn.map(
        lambda some: [
            seen(number, words=words, seller=seller, photo=photo)
            for number, (words, seller, photo) in enumerate(some, start=1)
        ]
    )


def kept(
    grouping: Grouping, members: list[Member], pins: dict[UUID, UUID], added: list[Joined]
) -> list[Member]:
    """The members as a store would give them back."""
    all_seen = [member.seen for member in members] + [joined.seen for joined in added]
    return [
        Member(item, grouping.group_of(place), pins.get(item.case_id))
        for place, item in enumerate(all_seen)
    ]


def partition(grouping: Grouping) -> set[frozenset[UUID]]:
    return {frozenset(cases) for cases in grouping.members().values()}


@given(prints(), st.lists(st.integers(0, 13), max_size=4))
def test_a_few_at_a_time_give_the_groups_and_edges_of_all_at_once(
    listings: list[Print], cuts: list[int]
) -> None:
    whole = Grouping()
    at_once = [whole.add(item) for item in listings]
    members: list[Member] = []
    edges = []
    bounds = sorted({0, len(listings), *(cut for cut in cuts if cut < len(listings))})
    for start, end in pairwise(bounds):
        grouping = Grouping(members)
        added = [grouping.add(item) for item in listings[start:end]]
        members = kept(grouping, members, {}, added)
        edges += [edge for joined in added for edge in joined.edges]
    assert edges == [edge for joined in at_once for edge in joined.edges]
    assert Grouping(members).members() == whole.members()


@given(
    prints(),
    st.lists(STEPS),
    st.integers(1, 4),
)
def test_a_persons_word_holds_and_all_at_once_gives_the_same_with_it(
    listings: list[Print], words: list[Step], size: int
) -> None:
    members: list[Member] = []
    pins: dict[UUID, UUID] = {}
    said = iter(words)
    for start in range(0, len(listings), size):
        grouping = Grouping(members)
        added = [grouping.add(item) for item in listings[start : start + size]]
        members = kept(grouping, members, pins, added)
        if step := next(said, None):
            members = say(members, pins, step)
        for member in members:
            assert same_group(members, member) >= same_pin(pins, member)
    whole = Grouping()
    for item in listings:
        whole.add(item, pins.get(item.case_id))
    assert partition(whole) == partition(Grouping(members))


def say(members: list[Member], pins: dict[UUID, UUID], step: Step) -> list[Member]:
    """A person splits a case off its group, or puts two groups together."""
    kind, first, second = step
    chosen, other = members[first % len(members)], members[second % len(members)]
    parts: list[list[UUID]]
    group = [m.seen.case_id for m in members if m.group_id == chosen.group_id]
    if kind == "split":
        rest = [case_id for case_id in group if case_id != chosen.seen.case_id]
        parts = [[chosen.seen.case_id], rest]
    else:
        theirs = [m.seen.case_id for m in members if m.group_id == other.group_id]
        parts = [sorted({*group, *theirs})]
    for part in filter(None, parts):
        pins.update(dict.fromkeys(part, part[0]))
    placed = {case_id: part[0] for part in parts for case_id in part}
    return [
        Member(m.seen, placed.get(m.seen.case_id, m.group_id), pins.get(m.seen.case_id))
        for m in members
    ]


def same_group(members: list[Member], member: Member) -> set[UUID]:
    return {other.seen.case_id for other in members if other.group_id == member.group_id}


def same_pin(pins: dict[UUID, UUID], member: Member) -> set[UUID]:
    pin = pins.get(member.seen.case_id)
    return {case_id for case_id, known in pins.items() if pin is not None and known == pin}


def test_two_of_photo_title_and_seller_tie_and_each_alone_does_not() -> None:
    grouping = Grouping()
    grouping.add(seen(1, words="acme steel bottle blue", seller="sly", photo=1))
    alone = [
        seen(2, words="acme steel bottle blue"),
        seen(3, words="mug", seller="sly"),
        seen(4, photo=1),
    ]
    assert [grouping.add(item).edges for item in alone] == [(), (), ()]
    pairs = [
        seen(5, words="acme steel bottle blue", seller="sly", photo=2),
        seen(6, words="acme steel bottle blue", seller="odd", photo=1),
        seen(7, words="some mug", seller="sly", photo=1),
    ]
    for item in pairs:
        assert [edge.earlier_case_id for edge in grouping.add(item).edges] == [UUID(int=1)]


def test_a_listing_like_two_groups_makes_them_one_that_keeps_the_older_name() -> None:
    grouping = Grouping()
    grouping.add(seen(1, words="acme steel bottle blue", seller="sly", photo=1))
    grouping.add(seen(2, words="kind mug of glass", seller="odd", photo=1))
    joined = grouping.add(seen(3, words="acme steel bottle blue", seller="odd", photo=1))
    assert joined.united == (UUID(int=2),)
    assert grouping.members() == {UUID(int=1): [UUID(int=1), UUID(int=2), UUID(int=3)]}


def test_groups_that_a_person_put_apart_stay_apart_and_the_edge_says_so() -> None:
    first = seen(1, words="acme steel bottle blue", seller="sly", photo=1)
    second = seen(2, words="acme steel bottle blue", seller="sly", photo=2)
    grouping = Grouping(
        [
            Member(first, first.case_id, first.case_id),
            Member(second, second.case_id, second.case_id),
        ]
    )
    joined = grouping.add(seen(3, words="acme steel bottle blue", seller="sly", photo=2))
    assert [(edge.earlier_case_id, edge.is_held_apart) for edge in joined.edges] == [
        (UUID(int=2), False),
        (UUID(int=1), True),
    ]
    assert grouping.group_of(2) == second.case_id
