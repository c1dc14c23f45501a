"""Mails in words: the number in the subject, all facts, and nothing of strangers as markup."""

from __future__ import annotations

import re

import pytest

from infringement_dagster.domain.alerts.facts import (
    AlertFacts,
    DigestFacts,
    FailedRunFacts,
    PriorityFacts,
    ProviderFacts,
)
from infringement_dagster.reporting.alerts.content import as_html, as_text
from infringement_dagster.reporting.alerts.words import content_of
from tests.reporting.alerts.facts import ENDING, NASTY, NOTHING, PAGES, READER, a_case, a_digest


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        (a_digest(), "12 new cases: Acme & Sons"),
        (a_digest(new_cases=1), "1 new case: Acme & Sons"),
        (a_digest(new_cases=0), "2 failed scans: Acme & Sons"),
        (a_digest(new_cases=0, failed_runs=0), "1,243 cases wait: Acme & Sons"),
        (a_digest(new_cases=0, failed_runs=0, open_cases=0), "6 changes: Acme & Sons"),
        (PriorityFacts(1, (a_case(1),)), "1 priority case: Acme & Sons"),
        (PriorityFacts(30, (a_case(1),)), "30 priority cases: Acme & Sons"),
        (FailedRunFacts(2, a_digest().failed), "2 failed scans: Acme & Sons"),
        (ProviderFacts("ebay"), "eBay does not answer: Acme & Sons"),
    ],
)
def test_the_subject_says_how_many(facts: AlertFacts, subject: str) -> None:
    assert content_of(facts, READER).subject == subject


def test_a_digest_tells_every_fact_where_the_reader_is() -> None:
    text = as_text(content_of(a_digest(), READER), ENDING)
    for told in (
        "From 29 Nov 2026, 13:00 CET to 30 Nov 2026, 13:00 CET",
        "12 new cases, 3 decided as infringing, 1 set aside, 2 infringing listings removed,"
        " 1,243 cases are open.",
        f"eBay, €9.90, from {NASTY}. Copied photo, 97% probable",
        f"{PAGES}/clients/acme/cases/00000000-0000-0000-0000-000000000001",
        "And 9 more.",
        "no credits are left",
        f"{PAGES}/clients/acme/scans/00000000-0000-0000-0000-000000000005",
        "eBay, since 21 Nov 2026, 13:00 CET",
        "125 of 1,000 used today",
        "3,125 used this month, without a limit",
        f"No more of these: {PAGES}/unsubscribe/x",
    ):
        assert told in text
    assert max(map(len, text.splitlines())) < 400


def test_what_strangers_typed_is_no_markup_and_nothing_is_loaded_from_elsewhere() -> None:
    html = as_html(content_of(a_digest(), READER), ENDING)
    assert "<img" not in html
    assert "&lt;img" in html
    assert re.findall(r"src=|<link|@import|url\(|<script", html.replace("src=https://x", "")) == []
    assert {link for link in re.findall(r'href="([^"]+)"', html) if not link.startswith(PAGES)} == (
        set()
    )


def test_nothing_that_happened_is_nothing_to_tell() -> None:
    assert NOTHING.is_empty
    for name, value in (
        ("new_cases", 1),
        ("open_cases", 1),
        ("removed", 1),
        ("failed_runs", 1),
        ("decided", {"infringing": 1}),
    ):
        facts = {field: getattr(NOTHING, field) for field in DigestFacts.__slots__}
        assert not DigestFacts(**facts | {name: value}).is_empty
