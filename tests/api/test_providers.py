from __future__ import annotations

from tests.api.conftest import CallerOf


def test_the_providers_that_can_be_searched_are_told_with_sites_and_prices(
    caller_of: CallerOf,
) -> None:
    told = caller_of("acme", "viewer")("GET", "/v1/providers", expect=200).json()["providers"]
    by_name = {provider["name"]: provider for provider in told}
    assert {"amazon", "ebay", "file", "google_shopping", "walmart"} <= set(by_name)
    walmart = by_name["walmart"]
    assert {site["tld"]: site["currency"] for site in walmart["marketplaces"]} == {
        "com": "USD",
        "ca": "CAD",
        "com.mx": "MXN",
    }
    options = {one["name"]: one["values"] for one in by_name["ebay"]["search_options"]}
    assert options["items_per_page"] == ["60", "120", "240"]
    assert (walmart["search_page_credits"], walmart["listing_page_credits"]) == (1, 1)
    assert [vendor["name"] for vendor in walmart["vendors"]] == ["scraperapi"]
    first, second = by_name["ebay"]["vendors"]
    assert (first["name"], first["photo_marketplaces"]) == ("scraperapi", [])
    assert first["search_options"] == by_name["ebay"]["search_options"]
    assert (second["name"], second["search_page_credits"]) == ("ebay_browse", 0)
    assert second["photo_marketplaces"] == ["co.uk", "com", "com.au", "de"]
    assert "com.my" in first["marketplaces"]
    assert "com.my" not in second["marketplaces"]


def test_a_provider_that_is_not_installed_cannot_be_asked_for_but_its_history_can(
    caller_of: CallerOf,
) -> None:
    acme, operator = caller_of("acme"), caller_of("acme", "operator")
    refused = acme("POST", "scans", json={"providers": ["etsy"]}, expect=422).json()
    assert "there is no such provider" in str(refused["errors"])
    operator("PUT", "/v1/limits/etsy", json={"runs_max": 1}, expect=422)
    for path in ("cases", "listings"):
        assert acme("GET", f"{path}?provider=etsy", expect=200).json()["items"] == []
        acme("GET", f"{path}?provider=Etsy!", expect=422)


def test_the_document_names_the_installed_ones_where_only_they_may_stand(
    caller_of: CallerOf,
) -> None:
    document = caller_of("acme")("GET", "/openapi.json", expect=200).json()
    names = [one["name"] for one in caller_of("acme")("GET", "/v1/providers").json()["providers"]]
    parts = document["components"]["schemas"]
    (asked,) = (
        option["items"]
        for option in parts["NewScan"]["properties"]["providers"]["anyOf"]
        if option["type"] == "array"
    )
    assert asked["enum"] == names
    assert parts["ClientConfigDocument"]["properties"]["searches"]["propertyNames"]["enum"] == names
    assert "enum" not in parts["CaseDocument"]["properties"]["provider"]
