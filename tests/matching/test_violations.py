from __future__ import annotations

import pytest

from infringement_dagster.domain.score import ViolationType
from infringement_dagster.matching.calibration.plain_cases import PlainCase
from infringement_dagster.matching.signals import found_in, values_of
from infringement_dagster.matching.violations import RULES, violation_type_of

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
        (PlainCase("garden hose"), None),
    ],
)
def test_the_kind_leads_to_the_right_notice(case: PlainCase, kind: ViolationType | None) -> None:
    comparison = case.comparison()
    assert violation_type_of(comparison, values_of(found_in(comparison))) == kind


def test_the_last_rule_always_holds() -> None:
    assert RULES[-1].kind is None
