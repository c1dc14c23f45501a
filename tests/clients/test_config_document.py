from __future__ import annotations

from decimal import Decimal

import pytest

from infringement_dagster.clients.config_document import BadClientConfig, read_client_config
from infringement_dagster.domain.client import Brand, PriceFloor, Search

GOOD: dict[str, object] = {
    "brands": [{"name": "Solvana", "price_floor": {"amount": "29.00", "currency": "USD"}}],
    "searches": {"amazon": {"queries": ["solvana bottle"]}},
}


def test_a_good_document_becomes_a_config_with_defaults() -> None:
    config = read_client_config("solvana", 3, GOOD)
    assert config.version == 3
    assert config.brands == (Brand("Solvana", price_floor=PriceFloor(Decimal("29.00"), "USD")),)
    assert config.searches == {"amazon": Search(("solvana bottle",))}
    assert config.thresholds.review == 0.5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"brands": []}, "brands"),
        ({"brands": [{"name": "  "}]}, "brands.0.name"),
        ({"searches": {"alibaba": {"queries": ["x"]}}}, "searches.alibaba"),
        ({"searches": {"amazon": {"queries": []}}}, "searches.amazon.queries"),
        ({"thresholds": {"review": 0.9, "notice_ready": 0.5}}, "thresholds"),
        ({"thresholds": {"review": float("nan")}}, "thresholds.review"),
        ({"weights": {"price": -1}}, "weights.price"),
        ({"wieghts": {}}, "wieghts"),
        ({"further_hashes": ["wash"]}, "further_hashes.0"),
        ({"further_hashes": ["whash"] * 9}, "further_hashes"),
    ],
)
def test_a_bad_document_is_refused_with_the_fields_name(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(BadClientConfig, match=f"client 'solvana'.*{field}: "):
        read_client_config("solvana", 1, GOOD | change)


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_what_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(BadClientConfig, match="document: "):
        read_client_config("solvana", 1, document)


GONE: dict[str, object] = {"searches": {"etsy": {"queries": ["x"], "marketplace": "zz"}}}


def test_a_stored_config_is_read_after_its_provider_was_taken_away() -> None:
    config = read_client_config("solvana", 1, GOOD | GONE, is_stored=True)
    assert config.searches == {"etsy": Search(("x",), "zz")}
    with pytest.raises(BadClientConfig, match="no such provider"):
        read_client_config("solvana", 1, GOOD | GONE)


def test_a_marketplace_that_the_provider_has_not_is_refused_at_its_place() -> None:
    searches = {"searches": {"walmart": {"queries": ["x"], "marketplace": "de"}}}
    with pytest.raises(BadClientConfig, match=r"searches\.walmart\.marketplace: Walmart has no"):
        read_client_config("solvana", 1, GOOD | searches)


def test_a_vendor_and_searches_by_photo_are_held_against_what_there_is() -> None:
    def read(is_stored: bool = False, **search: object) -> Search:
        searches = {"searches": {"ebay": {"queries": ["x"], **search}}}
        return read_client_config("solvana", 1, GOOD | searches, is_stored=is_stored).searches[
            "ebay"
        ]

    assert (read().vendor, read().photos_max) == (None, 0)
    found = read(vendor="ebay_browse", photos_max=5, options={"items_per_page": "200"})
    assert (found.vendor, found.photos_max) == ("ebay_browse", 5)
    for search, told in (
        ({"vendor": "etsy"}, r"ebay\.vendor: no installed package reads eBay through 'etsy'"),
        ({"vendor": "Etsy; --"}, r"ebay\.vendor: "),
        ({"photos_max": 5}, r"ebay\.photos_max: .* through scraperapi; name ebay_browse as vendor"),
        (
            {"vendor": "ebay_browse", "marketplace": "fr", "photos_max": 1},
            r"photos_max: eBay can be searched by photos at co\.uk, com, com\.au, de, not at fr",
        ),
        ({"vendor": "ebay_browse", "marketplace": "in"}, r"ebay\.marketplace: eBay has no market"),
        ({"vendor": "ebay_browse", "options": {"items_per_page": "240"}}, "'240' is not taken"),
        ({"vendor": "ebay_browse", "photos_max": 51}, r"ebay\.photos_max: "),
    ):
        with pytest.raises(BadClientConfig, match=told):
            read(**search)
    assert read(is_stored=True, vendor="etsy").vendor == "etsy"  # taken away since


def test_options_of_a_search_are_held_against_what_its_provider_offers() -> None:
    wanted = {"sort_by": "newly_listed", "items_per_page": "240"}
    searches: dict[str, object] = {"ebay": {"queries": ["x"], "options": wanted}}
    config = read_client_config("solvana", 1, GOOD | {"searches": searches})
    assert config.searches["ebay"].options == wanted
    for provider, options, told in (
        ("ebay", {"items_per_page": "100"}, r"ebay\.options\.items_per_page: '100' is not taken"),
        ("ebay", {"color": "red"}, r"ebay\.options\.color: eBay has no such option; .* seller_id"),
        ("ebay", {"seller_id": "a b"}, r"ebay\.options\.seller_id: "),
        ("walmart", wanted, r"walmart\.options\.sort_by: Walmart has no such .*: none"),
    ):
        refused = GOOD | {"searches": {provider: {"queries": ["x"], "options": options}}}
        with pytest.raises(BadClientConfig, match=told):
            read_client_config("solvana", 1, refused)
        assert read_client_config("solvana", 1, refused, is_stored=True).searches


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ({"thresholds": {"review": "0.5"}}, "a number"),
        ({"weights": {"low_price": True}}, "a number"),
        ({"sampling": {"least": "5"}}, "a whole number"),
        ({"brands": [{"name": "Solvana", "common_word": 0}]}, "true or false"),
    ],
)
def test_text_and_flags_are_no_numbers_but_in_what_is_stored(
    part: dict[str, object], wanted: str
) -> None:
    document = {**GOOD, **part}
    with pytest.raises(BadClientConfig, match=f"it should be {wanted}"):
        read_client_config("acme", 1, document)
    assert read_client_config("acme", 1, document, is_stored=True).version == 1
