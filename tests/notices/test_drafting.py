from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.client import RightsHolder, Trademark
from infringement_dagster.domain.event import NoticeState
from infringement_dagster.notices.channels import CHANNELS, RULES, Channel, channels_for
from infringement_dagster.notices.drafting import (
    NO_EARLIER_NOTICES,
    EarlierNotices,
    NoticeFacts,
    WrongChannel,
    draft_notice,
)
from infringement_dagster.notices.letter import joint_letter, letter, reminder
from infringement_dagster.notices.states import (
    NOTICE_STATES,
    NoticeConflict,
    check_follows,
    is_silent,
    may_follow,
)

HOLDER = RightsHolder(
    name="Acme Ltd.",
    address="1 Mill Lane, Leeds",
    email="brand@acme.example",
    phone="+44 1",
    signatory="Ann Archer",
    trademarks=(Trademark("Acme", "1234567", "USPTO"),),
    copyright_works=("product photos of 2024",),
)
FACTS = NoticeFacts(
    provider="amazon",
    listing_id="B01",
    listing_url="https://shop.example/B01",
    listing_title="Akme Bottle",
    seller="Cheap & Co",
    probability=0.97,
    notice_ready=0.9,
    decision="infringing",
    decision_reason="copied photo",
    grounds=("price is a third of the floor",),
    evidence_sha256="ab" * 32,
    rights_holder=HOLDER,
)


def facts_for(channel: Channel) -> NoticeFacts:
    providers = RULES[channel].providers
    return FACTS if providers is None else replace(FACTS, provider=min(providers))


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_complete_draft_is_not_held_and_its_text_holds_every_field(channel: Channel) -> None:
    draft = draft_notice(channel, facts_for(channel))
    assert draft.holds == ()
    text = letter(channel, draft.fields)
    assert all(draft.fields[name] in text for name in RULES[channel].required)
    assert all(declaration in text for declaration in RULES[channel].declarations)


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_required_field_that_is_missing_is_named_with_its_remedy(channel: Channel) -> None:
    bare = replace(
        facts_for(channel), rights_holder=None, decision_reason="", listing_url="", listing_id=""
    )
    draft = draft_notice(channel, bare)
    assert tuple(hold.field for hold in draft.holds) == RULES[channel].required
    for hold in draft.holds:
        assert hold.reason == "missing_field"
        if hold.field and hold.field.startswith("rights_holder"):
            assert f"set {hold.field.replace('holder_', 'holder.')} in" in hold.detail


def test_below_notice_ready_the_draft_is_held_with_the_figures() -> None:
    (hold,) = draft_notice("dmca", replace(FACTS, probability=0.8)).holds
    assert hold.reason == "below_notice_ready"
    assert "0.800 is below notice_ready 0.9" in hold.detail
    assert draft_notice("dmca", replace(FACTS, probability=0.9)).holds == ()


@pytest.mark.parametrize("decision", [None, "not_infringing", "unsure"])
def test_only_what_a_person_decided_infringing_may_go_out(decision: Decision | None) -> None:
    (hold,) = draft_notice("dmca", replace(FACTS, decision=decision)).holds
    assert hold.reason == "not_decided_infringing"


def test_a_notice_says_how_often_the_seller_infringed_before() -> None:
    def told(earlier: EarlierNotices) -> str | None:
        return draft_notice("dmca", replace(FACTS, earlier=earlier)).fields.get("earlier_notices")

    assert told(NO_EARLIER_NOTICES) is None
    assert told(EarlierNotices(3, 1, date(2026, 5, 3))) == (
        "3 earlier notices were accepted against this seller, the last on 3 May 2026. "
        "1 earlier notice was accepted against sellers that our evidence links to this one."
    )
    assert "3 May 2026" in letter(
        "dmca",
        draft_notice("dmca", replace(FACTS, earlier=EarlierNotices(1, 0, date(2026, 5, 3)))).fields,
    )


def test_a_channel_takes_its_own_providers_only() -> None:
    assert channels_for("amazon") == ("amazon_report", "dmca", "dsa_art16")
    assert channels_for("walmart") == ("dmca", "dsa_art16")
    with pytest.raises(WrongChannel, match="ebay_vero takes no listings of amazon"):
        draft_notice("ebay_vero", FACTS)


def test_a_notice_that_was_sent_changes_by_the_channels_answer_only() -> None:
    after: dict[NoticeState, set[NoticeState]] = {
        state: {wanted for wanted in NOTICE_STATES if may_follow(state, wanted)}
        for state in NOTICE_STATES
    }
    assert after == {
        "held": {"held", "drafted"},
        "drafted": {"held", "drafted", "sent"},
        "sent": {"accepted", "rejected"},
        "accepted": set(),
        "rejected": {"held", "drafted"},
    }
    with pytest.raises(NoticeConflict, match=r"the notice is held; .* not sent"):
        check_follows("held", "sent")


def test_every_form_is_a_safe_address_of_a_marketplace_the_channel_takes() -> None:
    for channel in CHANNELS:
        rules = RULES[channel]
        assert rules.forms, channel
        for provider, address in rules.forms.items():
            assert channel in channels_for(provider)
            assert address.startswith("https://")


def test_a_joint_letter_says_what_is_the_holders_once_and_each_listing_whole() -> None:
    second = replace(FACTS, listing_id="B02", listing_url="https://shop.example/B02")
    fields = [draft_notice("dmca", facts).fields for facts in (FACTS, second)]
    text = joint_letter("dmca", fields)
    assert text.count("1 Mill Lane, Leeds") == 1
    assert text.count("copied photo") == 2
    assert text.index("Listing 1 of 2") < text.index("/B01") < text.index("Listing 2 of 2")
    assert text.index("Listing 2 of 2") < text.index("/B02") < text.index("penalty of perjury")
    assert text.rstrip().endswith("Signed: Ann Archer")


def test_a_reminder_names_the_listing_the_day_and_what_was_noted() -> None:
    fields = dict(draft_notice("dmca", FACTS).fields)
    text = reminder("dmca", fields, date(2026, 3, 1), "reference 4711")
    assert "On 1 March 2026" in text
    assert FACTS.listing_url in text
    assert "reference 4711" in text
    assert text.rstrip().endswith("Signed: Ann Archer")


@pytest.mark.parametrize(
    ("state", "days", "silent"),
    [("sent", 6.9, False), ("sent", 7.0, True), ("drafted", 30.0, False), ("rejected", 30, False)],
)
def test_only_a_notice_that_was_sent_can_lack_an_answer(
    state: NoticeState, days: float, *, silent: bool
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert is_silent(state, now - timedelta(days=days), now) is silent
