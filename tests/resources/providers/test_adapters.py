"""What holds for every provider's adapter, whatever a page holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infringement_dagster.domain.provider import Marketplace, UnknownMarketplace
from resources.providers.reading import Json, NotAPage, Page, Skipped
from resources.providers.scraperapi import amazon, ebay, google_shopping, walmart
from tests.resources.providers.rows import US, amazon_row, ebay_row, google_row, walmart_row

ReadPage = Callable[[Json, Marketplace, int], Page]

READERS: list[tuple[ReadPage, str, Callable[..., dict[str, Json]]]] = [
    (amazon.read_page, "name", amazon_row),
    (ebay.read_page, "product_title", ebay_row),
    (walmart.read_page, "name", walmart_row),
    (google_shopping.read_page, "title", google_row),
]


@pytest.mark.parametrize(("read_page", "title", "row"), READERS)
def test_rows_without_a_title_or_a_shape_are_skipped_with_a_reason(
    read_page: ReadPage, title: str, row: Callable[..., dict[str, Json]]
) -> None:
    rows: list[Json] = [row(), row(**{title: " \x00 "}), "row", None, {}, row(**{title: None})]
    reasons = [r.reason if isinstance(r, Skipped) else "kept" for r in read_page(rows, US, 1).rows]
    assert reasons == ["kept", "no_title", "malformed", "malformed", "malformed", "no_title"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text(st.characters(codec=None), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({*amazon_row(), *ebay_row(), "from", "to"})), inner
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("read_page", "title", "row"), READERS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_page_makes_an_adapter_raise_and_every_row_is_accounted_for(
    read_page: ReadPage, title: str, row: Callable[..., dict[str, Json]], data: st.DataObject
) -> None:
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(row())), JSON))
    rows: list[Json] = [row(**changes), data.draw(JSON)]
    assert len(read_page(rows, US, 1).rows) == 2
    with suppress(NotAPage):
        read_page(data.draw(JSON), US, 1)


def test_an_unknown_marketplace_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownMarketplace, match=r"com\.br"):
        amazon.DESCRIPTION.marketplace("xyz")
