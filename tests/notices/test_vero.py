"""Which step never reports an item twice, and what a report says of a notice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.notices.channels import Field
from infringement_dagster.notices.vero import (
    MESSAGE_MAX_CHARS,
    NOT_REPORTED,
    Attempt,
    CannotSubmit,
    Step,
    answer_in,
    next_step,
    vero_report,
)

FIELDS: dict[Field, str] = {
    "listing_id": "123456789012",
    "explanation": "It was not made by us.",
    "earlier_notices": "2 earlier notices were accepted against this seller.",
    "trademark": "Kelvarra, USPTO 1234567",
}
STATUSES = ("NONE", "RECEIVED", "SUBMITTED", "SUBMISSION_FAILED", "REMOVED", "LATER_WORD")


@pytest.mark.parametrize(
    ("attempt", "found_now", "step"),
    [
        (None, "NONE", "send"),
        (None, "SUBMISSION_FAILED", "send"),
        (None, "RECEIVED", "adopt"),
        (None, "LATER_WORD", "adopt"),
        (Attempt("NONE", is_settled=False), "NONE", "wait"),
        (Attempt("NONE", is_settled=True), "NONE", "send"),
        (Attempt("NONE", is_settled=False), "RECEIVED", "adopt"),
        (Attempt("SUBMISSION_FAILED", is_settled=True), "SUBMISSION_FAILED", "ask"),
        (Attempt("SUBMISSION_FAILED", is_settled=False), "SUBMISSION_FAILED", "wait"),
        (Attempt("SUBMISSION_FAILED", is_settled=False), "SUBMITTED", "adopt"),
    ],
)
def test_the_step_follows_from_what_is_shown_before_and_now(
    attempt: Attempt | None, found_now: str, step: Step
) -> None:
    assert next_step(attempt, found_now) == step


@given(st.sampled_from(STATUSES), st.sampled_from(STATUSES), st.booleans())
def test_after_an_attempt_nothing_leaves_unless_the_item_has_no_report_for_long(
    before: str, now: str, settled: bool
) -> None:
    step = next_step(Attempt(before, is_settled=settled), now)
    assert (step == "send") == (now == NOT_REPORTED and settled)


def test_a_report_says_what_the_notice_says() -> None:
    item = vero_report(FIELDS, "9001", "Kelvarra").document()["reportItems"]
    assert item == [
        {
            "itemId": "123456789012",
            "veroReasonCodeId": "9001",
            "detailedMessage": "It was not made by us. 2 earlier notices were accepted against "
            "this seller. Trade mark: Kelvarra, USPTO 1234567.",
            "brand": "Kelvarra",
        }
    ]


def test_what_the_channel_would_refuse_for_its_length_is_cut_or_left_out() -> None:
    report = vero_report({**FIELDS, "explanation": "word " * 400}, "9001", "K" * 51)
    assert len(report.detailed_message) <= MESSAGE_MAX_CHARS
    assert report.detailed_message.endswith("…")
    assert report.brand is None


@pytest.mark.parametrize(("listing_id", "reason"), [("B00123", "9001"), ("123456789012", "9037")])
def test_what_the_api_cannot_take_is_said_before_it_is_sent(listing_id: str, reason: str) -> None:
    with pytest.raises(CannotSubmit):
        vero_report({**FIELDS, "listing_id": listing_id}, reason, "Kelvarra")


def test_only_two_words_of_the_channel_are_answers() -> None:
    answers = {status: answer_in(status) for status in STATUSES}
    assert {status for status, answer in answers.items() if answer} == {
        "REMOVED",
        "SUBMISSION_FAILED",
    }
