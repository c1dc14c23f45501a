"""Whatever rules, lists, cases and people there are: what rules may do, through the real store."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infringement_dagster.domain.case import Decision
from infringement_dagster.flagging.moderation.apply_rules import Applied
from infringement_dagster.reviewing.decide import take_back_rule
from resources.postgres.database import Database
from tests.support.grouped import Found
from tests.support.moderated import ModeratedScene, begin, names

_NUMBERS = itertools.count(1)
SELLERS = ("Sly", "Odd", "Meek")
TITLES = ("Acme insulated steel bottle with straw", "Some other mug of glass")
SHARES = st.sampled_from([0.5, 0.6, 0.8, 0.9, 0.97])
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "probability_at_least": SHARES,
        "seller_list": st.sampled_from(["allow", "deny"]),
        "group_decision": st.sampled_from(["infringing", "not_infringing"]),
        "photo_exact": st.just(True),
        "price_of_floor_at_least": st.just(0.85),
        "actor_risk_at_least": st.just(0.0),
    },
).filter(bool)
ACTIONS = st.sampled_from(["decide_infringing", "decide_not_infringing", "flag_priority"])
RULES = st.lists(st.tuples(ACTIONS, CONDITIONS), max_size=4)
LISTED = st.dictionaries(st.sampled_from(SELLERS), st.sampled_from(["allow", "deny"]))
SAID = st.dictionaries(
    st.integers(0, 5), st.sampled_from(["infringing", "not_infringing", "unsure"]), max_size=3
)
CASES = st.lists(
    st.tuples(st.sampled_from(SELLERS), st.sampled_from(TITLES), SHARES),
    min_size=6,
    max_size=6,
)


def documents(rules: Sequence[tuple[str, Mapping[str, object]]]) -> list[Mapping[str, object]]:
    return [
        {"name": f"rule-{number}", "then": action, "when": when}
        for number, (action, when) in enumerate(rules)
    ]


def standing(scene: ModeratedScene) -> dict[str, tuple[str, str | None, str | None]]:
    return {f"E{number}": scene.stands(f"E{number}") for number in range(6)}


@given(rules=RULES, listed=LISTED, said=SAID, cases=CASES)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_a_preview_is_what_happens_people_stand_and_undo_restores(
    database: Database,
    rules: Sequence[tuple[str, Mapping[str, object]]],
    listed: Mapping[str, str],
    said: Mapping[int, Decision],
    cases: Sequence[tuple[str, str, float]],
) -> None:
    found = [
        Found(f"E{number}", title, seller, f"photo {title}", probability=probability)
        for number, (seller, title, probability) in enumerate(cases)
    ]
    number = next(_NUMBERS)
    acme = begin(database, *documents(rules), client_id=f"acme-{number}")
    other = begin(database, client_id=f"other-{number}")
    for scene in (acme, other):
        scene.flag(*found)
    for seller, list_name in listed.items():
        acme.list_seller("allow" if list_name == "allow" else "deny", seller)
    for place, decision in said.items():
        acme.decide(f"E{place}", decision)
    before, others = standing(acme), other.versions()
    wanted = names(acme.planned())
    assert not wanted.keys() & {f"E{place}" for place in said}

    applied = acme.apply()

    after = standing(acme)
    assert applied.decided + applied.prioritised == len(wanted)
    for listing_id, stands in after.items():
        kind, rule, verdict = wanted.get(listing_id, ("", "", None))
        assert stands == (("decided", verdict, rule) if kind == "decided" else before[listing_id])
        flagged = acme.case(listing_id).priority_rule
        assert flagged == (rule if kind == "prioritised" else None)
    assert other.versions() == others
    assert acme.planned() == []
    assert acme.apply() == Applied()

    with database.client(acme.client_id) as c:
        for rule in {rule for kind, rule, _ in wanted.values() if kind == "decided"}:
            take_back_rule(c, acme.client_id, rule, "user:ann")
    assert standing(acme) == before
    assert acme.apply().decided == 0
