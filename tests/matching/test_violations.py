from __future__ import annotations

import pytest

from infringement_dagster.domain.score import ViolationType
from infringement_dagster.matching.calibration.plain_cases import PlainCase
from infringement_dagster.matching.signals import found_in, values_of
from infringement_dagster.matching.violations import RULES, other_types_of, violation_type_of

NO_NAME = "steel trail flask"


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        (PlainCase(NO_NAME, shows_client_photo=True), "stolen_photo"),
        (PlainCase(NO_NAME, 0.3, shows_client_photo=True, brand_field="Generic"), "stolen_photo"),
        (PlainCase("Veldoran flask", 0.3, shows_client_photo=True), "counterfeit_suspicion"),
        (PlainCase("V*ldoran flask"), "counterfeit_suspicion"),
        (PlainCase("Veldoran flask replica"), "counterfeit_suspicion"),
        (PlainCase("Veldoran flask", brand_field="Unbranded"), "counterfeit_suspicion"),
        (PlainCase(NO_NAME, description="same as Veldoran"), "counterfeit_suspicion"),
        (PlainCase(NO_NAME, 0.2, brand_field="Veldoran"), "counterfeit_suspicion"),
        (PlainCase("Flask for Veldoran new"), "counterfeit_suspicion"),
        (PlainCase(f"{NO_NAME} #veldoran"), "keyword_squat"),
        (PlainCase("Veldoran flask dupe"), "keyword_squat"),
        (PlainCase("flask Nike Veldoran Adidas Puma"), "keyword_squat"),
        (PlainCase(NO_NAME, description="Tags: Veldoran, flask"), "keyword_squat"),
        (PlainCase("lid compatible with Veldoran flask", shows_client_photo=True), "accessory"),
        (PlainCase("original Veldoran charger", brand_field="PowerCo"), "accessory"),
        (PlainCase("Veldoran flask not for sale in EU"), "grey_market"),
        (PlainCase("Veldoran flask parallel import"), "grey_market"),
        (PlainCase(NO_NAME, photo_reads="VELDORAN"), "counterfeit_suspicion"),
        (PlainCase(NO_NAME, shows_client_photo=True, photo_reads="VELDORAN"), "stolen_photo"),
        (PlainCase("lid compatible with Veldoran flask", photo_reads="VELDORAN"), "accessory"),
        (PlainCase("garden hose"), None),
    ],
)
def test_the_kind_leads_to_the_right_notice(case: PlainCase, kind: ViolationType | None) -> None:
    comparison = case.comparison()
    assert violation_type_of(comparison, values_of(found_in(comparison))) == kind


def test_the_last_rule_always_holds() -> None:
    assert RULES[-1].kind is None


def close_to(case: PlainCase) -> dict[str, str]:
    comparison = case.comparison()
    others = other_types_of(comparison, values_of(found_in(comparison)))
    assert violation_type_of(comparison, values_of(found_in(comparison))) not in {
        other.violation_type for other in others
    }
    return {other.violation_type: other.would_need for other in others}


@pytest.mark.parametrize(
    ("case", "other", "words"),
    [
        # a second row holds further down
        (PlainCase("Veldoran flask dupe"), "counterfeit_suspicion", "claimed what is sold"),
        (PlainCase("Veldoran flask parallel import"), "counterfeit_suspicion", "not genuine"),
        (
            PlainCase("lid compatible with Veldoran flask", shows_client_photo=True),
            "counterfeit_suspicion",
            "the product itself, and no accessory",
        ),
        (
            PlainCase("original Veldoran charger", brand_field="PowerCo"),
            "counterfeit_suspicion",
            "no part for it",
        ),
        (
            PlainCase(NO_NAME, shows_client_photo=True, description="same as Veldoran"),
            "stolen_photo",
            "nothing outside the title claimed",
        ),
        # one condition is nearly met
        (PlainCase("Veldoran style flask"), "keyword_squat", "only drew searches"),
        (PlainCase("Flask for Veldoran new"), "accessory", "it were an accessory"),
        (PlainCase("Veldoran flask", 0.3, shows_client_photo=True), "stolen_photo", "is yours"),
    ],
)
def test_a_kind_that_comes_close_says_what_else_would_have_to_be_true(
    case: PlainCase, other: ViolationType, words: str
) -> None:
    assert words in close_to(case)[other]


@pytest.mark.parametrize(
    "case",
    [
        PlainCase("garden hose"),
        PlainCase(NO_NAME, shows_client_photo=True),
        PlainCase("V*ldoran flask"),
        PlainCase("Veldoran flask", 0.3),
    ],
)
def test_a_plain_case_raises_no_second_thoughts(case: PlainCase) -> None:
    assert close_to(case) == {}


def test_each_rule_that_others_may_follow_says_when_it_would_not_decide() -> None:
    for at, rule in enumerate(RULES):
        later = {rule.kind for rule in RULES[at + 1 :]} - {None, rule.kind}
        assert bool(rule.otherwise) == bool(later), rule.meaning


TITLES = (
    "Veldoran flask",
    "Veldoran flask replica",
    "Veldoran flask dupe replica 1:1",
    "Veldoran type flask",
    "lid for Veldoran flask",
    "V*ldoran flask #veldoran",
    "flask Nike Veldoran Adidas Puma",
    "Veldoran flask not for sale in EU replica",
    NO_NAME,
)


def test_whatever_is_found_decided_and_close_kinds_are_told_once_each() -> None:
    for case in (
        PlainCase(title, price, shows)
        for title in TITLES
        for price in (0.3, 1.1)
        for shows in (False, True)
    ):
        close_to(case)
