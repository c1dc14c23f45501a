"""eBay's VeRO API for all tests of submissions: each reports items of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.vero_scene import Ebay, ebay_server


@pytest.fixture
def ebay() -> Iterator[Ebay]:
    with ebay_server() as ebay:
        yield ebay
