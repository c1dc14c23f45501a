"""A client's rules at the end of a run: what they do, what they never touch, how it is undone."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infringement_dagster.clients.moderation.guard import (
    UnknownRule,
    pause_rule,
    resume_rule,
    rule_states,
)
from infringement_dagster.clients.moderation.lists import add_entry, remove_entry
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.moderation.lists import ListedListing
from infringement_dagster.flagging.moderation.apply_rules import Applied, apply_rules
from infringement_dagster.reviewing.agreement import agreement_of
from infringement_dagster.reviewing.decide import decide, take_back, take_back_rule
from infringement_dagster.scoring.sellers import decided_at
from resources.postgres.cases import agreement_query, case_store, decision_store, quality_query
from resources.postgres.cases.moderation import list_store, rule_store
from resources.postgres.cases.moderation.list_store import NewEntry, UnknownEntry
from resources.postgres.database import Database
from resources.postgres.scans.run_store import LostLease
from tests.support.grouped import Found
from tests.support.moderated import ANN, DEALERS, SURE, URGENT, begin, names

SURE_ONE = Found("E1", probability=0.99)
LIKELY = Found("E2", "Some other mug of glass", "Odd", "mug", probability=0.8)


def guarded(rule: Mapping[str, object], share: float, least: int) -> Mapping[str, object]:
    return dict(rule) | {"guard": {"overturned_at_most": share, "at_least": least}}


def test_a_rule_decides_and_says_so_in_every_place(database: Database) -> None:
    acme = begin(database, SURE)
    assert acme.scan(SURE_ONE, LIKELY) == Applied(decided=1)
    assert acme.stands("E1") == ("decided", "infringing", "surely-infringing")
    assert acme.stands("E2") == ("open", None, None)
    case_id = acme.groups.case("E1")
    with database.client("acme") as c:
        (decision,) = decision_store.decisions_of(c, "acme", case_id)
        (act,) = rule_store.acts_on_case(c, "acme", case_id)
    assert decision.decided_by == "rule:surely-infringing"
    assert decision.reason == "rule surely-infringing"
    assert (decision.rule, decision.rule_version) == ("surely-infringing", act.config_version)
    assert act.explanation == ["probability at least 97%: 99%"]
    assert (act.kind, act.decision_no, act.still_stands) == ("decided", 1, True)
    (event,) = acme.events("case.decided")
    assert event[1]["rule"] == "surely-infringing"


def test_done_again_it_does_nothing_more(database: Database) -> None:
    acme = begin(database, SURE, URGENT)
    acme.scan(SURE_ONE, Found("E3", "Ladle of olive wood", "Om", "ladle", probability=0.95))
    before = acme.versions()
    assert acme.apply() == Applied()
    assert acme.versions() == before
    assert len(acme.events("case.decided", "case.prioritised")) == 2


def test_undo_restores_what_stood_and_the_rule_never_decides_it_again(database: Database) -> None:
    acme = begin(database, SURE)
    acme.scan(SURE_ONE)
    case = acme.case("E1")
    with database.client("acme") as c:
        take_back(c, "acme", case.case_id, "user:ann", case.version)
    assert acme.stands("E1") == ("open", None, None)
    assert acme.scan(SURE_ONE) == Applied()
    assert acme.stands("E1") == ("open", None, None)


def test_taking_a_persons_word_back_lets_the_rules_decision_stand_as_the_rules(
    database: Database,
) -> None:
    acme = begin(database, SURE)
    acme.scan(SURE_ONE)
    acme.decide("E1", "not_infringing")
    assert acme.stands("E1") == ("decided", "not_infringing", None)
    case = acme.case("E1")
    with database.client("acme") as c:
        take_back(c, "acme", case.case_id, "user:ann", case.version)
    assert acme.stands("E1") == ("decided", "infringing", "surely-infringing")


def test_all_of_a_rules_decisions_are_taken_back_at_once_but_for_those_people_changed(
    database: Database,
) -> None:
    acme = begin(database, SURE)
    acme.scan(*(Found(f"E{number}", probability=0.98) for number in range(3)))
    acme.decide("E1", "not_infringing")
    with database.client("acme") as c:
        assert take_back_rule(c, "acme", "surely-infringing", "user:ann") == 2
        assert take_back_rule(c, "acme", "surely-infringing", "user:ann") == 0
    assert acme.stands("E0") == ("open", None, None)
    assert acme.stands("E1") == ("decided", "not_infringing", None)


def test_the_decisions_of_one_scan_are_taken_back_alone(database: Database) -> None:
    acme = begin(database, SURE)
    acme.scan(SURE_ONE)
    acme.scan(replace(LIKELY, probability=0.98))
    with database.client("acme") as c:
        (scan_id,) = c.execute(
            "SELECT rule_actions.scan_id FROM rule_actions JOIN cases USING (client_id, case_id)"
            " WHERE listing_id = 'E2'"
        ).fetchone() or (None,)
    with database.client("acme") as c:
        assert take_back_rule(c, "acme", "surely-infringing", "user:ann", scan_id) == 1
    assert acme.stands("E1")[0] == "decided"
    assert acme.stands("E2")[0] == "open"


@pytest.mark.parametrize("decision", ["infringing", "not_infringing", "unsure"])
def test_a_case_on_which_a_person_has_decided_is_never_touched(
    database: Database, decision: Decision
) -> None:
    acme = begin(database, SURE, URGENT)
    acme.flag(SURE_ONE)
    acme.decide("E1", decision)
    before = acme.stands("E1")
    assert acme.scan(SURE_ONE) == Applied()
    assert acme.stands("E1") == before
    assert acme.case("E1").priority_rule is None


def test_sampled_cases_and_those_by_hand_stay_peoples(database: Database) -> None:
    acme = begin(database, SURE)
    acme.flag(SURE_ONE, LIKELY)
    with database.client("acme") as c:
        c.execute("UPDATE cases SET sampled_chance = 0.5 WHERE listing_id = 'E1'")
    assert acme.planned() == []
    assert acme.apply() == Applied()


def test_the_first_rule_that_holds_acts(database: Database) -> None:
    acme = begin(database, DEALERS, SURE)
    acme.list_seller("allow")
    acme.scan(SURE_ONE)
    assert acme.stands("E1") == ("decided", "not_infringing", "dealers")
    other = begin(database, SURE, DEALERS, client_id="beta")
    other.list_seller("allow")
    other.scan(SURE_ONE)
    assert other.stands("E1") == ("decided", "infringing", "surely-infringing")


def test_priority_comes_and_goes_with_its_conditions(database: Database) -> None:
    acme = begin(database, URGENT)
    assert acme.scan(SURE_ONE, LIKELY) == Applied(prioritised=1)
    assert acme.case("E1").priority_rule == "urgent"
    assert acme.case("E1").state == "open"
    acme.scan(replace(SURE_ONE, probability=0.6))
    assert acme.case("E1").priority_rule is None
    acme.scan(SURE_ONE)
    acme.save().apply()
    assert acme.case("E1").priority_rule is None  # the rule is gone
    told = [name for name, _ in acme.events("case.prioritised", "case.unprioritised")]
    assert told == ["case.prioritised", "case.unprioritised"] * 2


def test_a_case_opens_again_when_its_rule_holds_no_longer(database: Database) -> None:
    acme = begin(database, DEALERS)
    entry = acme.list_seller("allow")
    acme.scan(SURE_ONE)
    with database.client("acme") as c:
        remove_entry(c, "acme", entry.entry_id, ANN)
    assert acme.scan(SURE_ONE) == Applied(reopened=1)
    assert acme.stands("E1") == ("open", None, None)
    acme.list_seller("allow")
    assert acme.scan(SURE_ONE) == Applied(decided=1)  # nobody but the rule has spoken


def test_an_expired_entry_does_nothing(database: Database) -> None:
    acme = begin(database, DEALERS)
    acme.list_seller("allow", expires_at=datetime.now(UTC) - timedelta(minutes=1))
    assert acme.scan(SURE_ONE) == Applied()
    with database.client("acme") as c:
        assert list_store.all_lists(c, "acme").of_listing("ebay", "E1") is None
        (kept,) = list_store.entry_page(c, "acme", list_store.EntryFilter(), 10)
    assert not kept.holds_at(datetime.now(UTC))


def test_a_seller_is_on_one_list_and_every_change_is_on_the_audit_trail(database: Database) -> None:
    acme = begin(database)
    acme.list_seller("allow", "Sly")
    entry = acme.list_seller("deny", " sLY ")
    listing = NewEntry("watch", ListedListing("ebay", "E1"), "often relisted")
    with database.client("acme") as c:
        add_entry(c, "acme", listing, ANN)
        shown = list_store.entry_page(c, "acme", list_store.EntryFilter(), 10)
        assert {item.list_name for item in shown} == {"deny", "watch"}
        remove_entry(c, "acme", entry.entry_id, ANN)
        with pytest.raises(UnknownEntry, match="acme"):
            remove_entry(c, "acme", entry.entry_id, ANN)
        told = c.execute("SELECT action FROM audit_entries ORDER BY recorded_at, action").fetchall()
    assert sorted(action for (action,) in told) == ["list.added"] * 3 + ["list.removed"]


def test_what_is_decided_in_a_group_is_a_fact_once_people_have_said_it(database: Database) -> None:
    follow = {
        "name": "follow-group",
        "then": "decide_infringing",
        "when": {"group_decision": "infringing", "photo_exact": True},
    }
    acme = begin(database, SURE, follow)
    acme.scan(Found("E1", probability=0.98))
    # A rule has decided E1, which says nothing about its group.
    assert acme.scan(Found("E2", probability=0.8)) == Applied()
    acme.decide("E1", "infringing")  # now a person has
    assert acme.scan(Found("E3", photo="copied+9", probability=0.8)) == Applied(decided=1)
    assert acme.stands("E2") == ("decided", "infringing", "follow-group")
    assert acme.stands("E3") == ("open", None, None)  # not the very same photo
    with database.client("acme") as c:
        (act,) = rule_store.acts_on_case(c, "acme", acme.groups.case("E2"))
    assert act.explanation == [
        "exact photo yes: yes (the photo of a decided case of its group)",
        "decision in its group infringing: infringing (1 case decided so)",
    ]


def test_no_rule_reaches_another_client(database: Database) -> None:
    acme, beta = begin(database, SURE), begin(database, client_id="beta")
    beta.flag(SURE_ONE)
    before = beta.versions()
    acme.list_seller("deny")
    acme.scan(SURE_ONE)
    assert beta.versions() == before
    assert beta.stands("E1") == ("open", None, None)
    assert beta.planned() == []


def test_the_guard_pauses_a_rule_that_people_overturn_and_a_person_resumes_it(
    database: Database,
) -> None:
    acme = begin(database, guarded(SURE, 0.25, 4))
    acme.scan(*(Found(f"E{number}", probability=0.98) for number in range(4)))
    acme.decide("E0", "not_infringing")
    assert acme.events("rule.paused") == []  # 1 of 4 is its limit
    acme.decide("E1", "infringing")  # a person who agrees overturns nothing
    acme.decide("E2", "unsure")
    (event,) = acme.events("rule.paused")
    assert event[1] == {
        "rule": "surely-infringing",
        "by_guard": True,
        "decided": 4,
        "overturned": 2,
    }
    assert acme.scan(Found("E9", probability=0.99)) == Applied()
    assert acme.stands("E3") == ("decided", "infringing", "surely-infringing")  # it stays
    with database.client("acme") as c:
        (state,) = rule_states(c, "acme")
        assert state.pause is not None
        assert state.pause.changed_by is None
        assert state.tally.share == 0.5
        resume_rule(c, "acme", "surely-infringing", ANN, "its photos were exchanged")
        (state,) = rule_states(c, "acme")
        assert (state.pause, state.tally.decided) == (None, 0)
    assert acme.apply() == Applied(decided=1)
    assert acme.stands("E9") == ("decided", "infringing", "surely-infringing")


def test_two_who_overturn_at_once_are_both_counted(database: Database) -> None:
    acme = begin(database, guarded(SURE, 0.15, 10))
    acme.scan(*(Found(f"E{number}", probability=0.98) for number in range(10)))
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda number: acme.decide(f"E{number}", "not_infringing"), range(2)))
    assert len(acme.events("rule.paused")) == 1


def test_a_person_pauses_and_resumes_and_both_are_told(database: Database) -> None:
    acme = begin(database, SURE)
    acme.flag(SURE_ONE)
    with database.client("acme") as c:
        pause_rule(c, "acme", "surely-infringing", ANN, "the shop moves")
        pause_rule(c, "acme", "surely-infringing", ANN, "again")
        with pytest.raises(UnknownRule, match="acme"):
            pause_rule(c, "acme", "none-such", ANN, "")
    assert acme.apply() == Applied()
    with database.client("acme") as c:
        resume_rule(c, "acme", "surely-infringing", ANN, "done")
        resume_rule(c, "acme", "surely-infringing", ANN, "done")
    assert acme.apply() == Applied(decided=1)
    assert [name for name, _ in acme.events("rule.paused", "rule.resumed")] == [
        "rule.paused",
        "rule.resumed",
    ]


def test_a_person_who_decides_while_rules_act_is_never_overruled(database: Database) -> None:
    acme = begin(database, SURE)
    acme.flag(*(Found(f"E{number}", probability=0.98) for number in range(40)))
    run = acme.groups.flag("ebay", [])
    acme.save(*acme.rules)
    cases = [acme.case(f"E{number}") for number in range(40)]

    def say(place: int) -> bool:
        case = cases[place]
        try:
            with database.client("acme") as c:
                decide(c, "acme", case.case_id, "not_infringing", "mine", "user:ann", case.version)
        except Exception:
            return False
        return True

    with ThreadPoolExecutor(3) as threads:
        acting = threads.submit(apply_rules, database, run)
        said = list(threads.map(say, range(40)))
        decided = acting.result().decided
    assert decided + sum(said) == 40
    for place, was_first in enumerate(said):
        wanted = "not_infringing" if was_first else "infringing"
        assert acme.stands(f"E{place}")[1] == wanted


def test_runs_that_end_at_once_act_once_on_each_case(database: Database) -> None:
    acme = begin(database, SURE)
    acme.flag(*(Found(f"E{number}", probability=0.98) for number in range(20)))
    runs = [acme.groups.flag(provider, []) for provider in ("amazon", "ebay", "walmart")]
    acme.save(*acme.rules)
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda run: apply_rules(database, run), runs))
    assert sum(item.decided for item in done) == 20
    assert len(acme.events("case.decided")) == 20


def test_a_run_that_lost_its_lease_does_nothing(database: Database) -> None:
    acme = begin(database, SURE)
    acme.flag(SURE_ONE)
    run = acme.groups.flag("ebay", [])
    acme.save(*acme.rules)
    with pytest.raises(LostLease):
        apply_rules(database, replace(run, epoch=run.epoch + 1))
    assert acme.stands("E1") == ("open", None, None)


def test_nothing_learns_from_rules_as_if_they_were_people(database: Database) -> None:
    acme = begin(database, SURE)
    acme.scan(SURE_ONE, Found("E2", probability=0.98))
    acme.decide("E2", "infringing")
    with database.client("acme") as c:
        learnt = case_store.list_cases(c, "acme", 10, ["decided"], by_people=True)
        assert [case.listing_id for case in learnt] == ["E2"]
        assert agreement_of(agreement_query.last_words(c, "acme")).cases == 0
        bands = quality_query.score_bands(c, "acme")
        weeks = quality_query.decisions_by_week(c, "acme")
    assert sum(band.infringing for band in bands) == 1
    assert sum(week.infringing for week in weeks) == 1
    assert decided_at(database, "acme", "ebay")["Sly"].infringing == 1


def test_the_preview_says_what_the_run_then_does(database: Database) -> None:
    acme = begin(database, DEALERS, SURE, URGENT)
    acme.list_seller("allow", "Odd")
    acme.flag(SURE_ONE, LIKELY, Found("E3", "Ladle of olive wood", "Om", "ladle", probability=0.9))
    wanted = names(acme.planned())
    assert wanted == {
        "E1": ("decided", "surely-infringing", "infringing"),
        "E2": ("decided", "dealers", "not_infringing"),
        "E3": ("prioritised", "urgent", None),
    }
    before = acme.versions()
    acme.planned()
    assert acme.versions() == before
    assert acme.apply() == Applied(decided=2, prioritised=1)
