"""A scan's listings, read in portions of which few readings are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Seller
from infringement_dagster.matching import scan_context as contexts
from infringement_dagster.matching.reading import reader_of
from infringement_dagster.matching.scan_context import scan_context
from tests.support.scene import a_listing

CONFIG = ClientConfig(1, (Brand("Kelvarra"),), {})
TITLES = (
    *("Kelvarra bottle replica", "Kelvarra mug", "Garden hose"),
    *("Kelvara jug", "Cup for Kelvarra"),
)
LISTINGS = [
    replace(a_listing(f"{number}", title=title), seller=Seller("mugs4u"))
    for number, title in enumerate(
        [
            "Kelvarra bottle replica",
            "Kelvarra mug",
            "Garden hose",
            "Kelvara jug",
            "Cup for Kelvarra",
        ]
    )
]


def test_listings_whose_readings_are_not_kept_bear_on_each_other_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = scan_context(reader_of(CONFIG), LISTINGS)
    monkeypatch.setattr(contexts, "_READINGS_MAX", 2)
    scarce = scan_context(reader_of(CONFIG), iter(LISTINGS))
    assert scarce.readings_of(LISTINGS) == whole.readings_of(LISTINGS)
    assert list(map(scarce.of, LISTINGS)) == list(map(whole.of, LISTINGS))
