"""The kit over all providers that come along, and over plug-ins that each break one promise."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from infringement_dagster.domain.listing import Listing, Price
from infringement_dagster.domain.provider import Marketplace, UnknownMarketplace
from resources.providers.account import VendorAccount
from resources.providers.authorization.client_credentials import ClientCredentials
from resources.providers.conformance.altered import first_rows
from resources.providers.conformance.asking import ASKS, CHECK, LISTINGS_MAX, Asked, ask
from resources.providers.conformance.captures import (
    Captures,
    ListingCapture,
    NoCaptures,
    SearchCapture,
    captures_in,
)
from resources.providers.conformance.kit import CHECKS, conformance
from resources.providers.plug_in import ListingPages, ListingRead, ProviderPlugIn, Question
from resources.providers.reading import Json, Page, parse_document
from resources.providers.registry import installed
from resources.providers.sandbox import browse_wire, wire
from resources.providers.sandbox.catalogue import SOLD_AT, Catalogue
from resources.providers.sandbox.listing_wire import LISTING_PAGES
from resources.providers.scraperapi import amazon, ebay
from resources.settings import PROJECT_DIR
from tests.support.sandbox_processes import StartSandbox

CATALOGUE = Catalogue()
HERE = "http://127.0.0.1:1"
BOUGHT = "B0TESTASIN"
ROWS = 5


def as_sent(answer: object) -> Json:
    return parse_document(json.dumps(answer).encode())


def captures_of(provider: str) -> Captures:
    """The first rows of a search in the sandbox and a listing's own pages, where there are any."""
    question = wire.Question("kelvarra", 1, "com", HERE)
    answer = wire.search_answer(CATALOGUE, provider, question)
    page = SearchCapture("page1.json", 1, first_rows(as_sent(answer), ROWS))
    item = CATALOGUE.find(provider, "kelvarra")[0]
    told = [write(item, HERE) for owner, _, write in LISTING_PAGES.values() if owner == provider]
    if not told:
        return Captures((page,))
    documents = {number: as_sent(answer) for number, answer in enumerate(told, start=1)}
    return Captures((page,), (ListingCapture(item.listing_id, documents),))


def problems(plug_in: ProviderPlugIn, captures: Captures | None = None) -> dict[str, str]:
    """The first problem of each check that found one."""
    captures = captures or captures_of(plug_in.description.name)
    results = conformance(plug_in, captures)
    return {result.check: result.problems[0] for result in results if result.problems}


@pytest.mark.parametrize("provider", SOLD_AT)
def test_each_provider_of_the_product_conforms(provider: str) -> None:
    assert problems(installed().plug_in(provider)) == {}


def test_ebay_conforms_through_its_own_api_too() -> None:
    found = browse_wire.items_for_words(CATALOGUE, "kelvarra")
    question = browse_wire.BrowseQuestion(60, 0, "EBAY_US", HERE, {"q": "kelvarra"})
    answer = browse_wire.search_answer(found, question, "item_summary/search")
    page = SearchCapture("page1.json", 1, first_rows(as_sent(answer), ROWS))
    item = as_sent(browse_wire.item_answer(found[0], "EBAY_US", HERE))
    captures = Captures((page,), (ListingCapture(found[0].listing_id, {1: item}),))
    assert problems(installed().plug_in("ebay", "ebay_browse"), captures) == {}


Change = Callable[[Page, int], Page]


def breaking(change: Change) -> ProviderPlugIn:
    """eBay with another reading of its pages."""

    def read(document: Json, place: Marketplace, page: int) -> Page:
        return change(ebay.read_page(document, place, page), page)

    return replace(ebay.PROVIDER, read_search_page=read)


def each_listing(page: Page, change: Callable[[Listing], Listing]) -> Page:
    rows = (change(row) if isinstance(row, Listing) else row for row in page.rows)
    return replace(page, rows=tuple(rows))


def priced(low: str) -> Callable[[Listing], Listing]:
    return lambda listing: replace(listing, price=Price(Decimal(low), Decimal(9), "USD"))


def silent(page: Page, _no: int) -> Page:
    return replace(page, unread_fields=Counter())


def listings_only(page: Page, _no: int) -> Page:
    return replace(page, rows=tuple(row for row in page.rows if isinstance(row, Listing)))


def going_back(page: Page, _no: int) -> Page:
    return replace(page, later_pages=(2, 2))


def free(page: Page, _no: int) -> Page:
    return each_listing(page, lambda listing: replace(listing, price=None))


def below_zero(page: Page, _no: int) -> Page:
    return each_listing(page, priced("-1"))


def counted(page: Page, no: int) -> Page:
    return each_listing(page, lambda found: replace(found, listing_id=f"{found.listing_id}{no}"))


def spaced_out(page: Page, _no: int) -> Page:
    return each_listing(page, lambda found: replace(found, title=f"{found.title}\x00"))


@pytest.mark.parametrize(
    ("change", "check", "problem"),
    [
        (silent, "fields", "only 0 are reported"),
        (listings_only, "hostile values", "are not accounted for"),
        (going_back, "paging", "is followed by [2, 2]"),
        (free, "money", "no listing has a price"),
        (below_zero, "rows", "is no range above 0"),
        (counted, "identity", "its address"),
        (spaced_out, "rows", "its title holds controls"),
    ],
)
def test_a_reading_that_breaks_a_promise_is_told(change: Change, check: str, problem: str) -> None:
    assert problem in problems(breaking(change))[check]


def test_a_number_read_with_another_countrys_separators_is_told() -> None:
    def naive(document: Json, place: Marketplace, page: int) -> Page:
        written = json.dumps(document, default=str, ensure_ascii=False)
        swapped = written.replace("1.299,00 \u20ac", "1.29")
        return ebay.read_page(parse_document(swapped.encode("utf-8", "replace")), place, page)

    told = problems(replace(ebay.PROVIDER, read_search_page=naive))
    assert "'1.299,00 \u20ac' is read as" in told["money"]


def test_what_a_plug_in_raises_is_told_with_its_line_and_ends_no_other_check() -> None:
    def read(document: Json, place: Marketplace, page: int) -> Page:
        assert isinstance(document, dict)
        rows = document["results"]
        assert isinstance(rows, list)
        for row in rows:
            assert isinstance(row, dict)
            row["product_title"]
        return ebay.read_page(document, place, page)

    told = problems(replace(ebay.PROVIDER, read_search_page=read))
    assert set(told) == {"hostile values"}
    assert "the plug-in raises AssertionError" in told["hostile values"]
    assert "test_conformance.py:" in told["hostile values"]


def test_questions_that_do_not_tell_pages_apart_or_name_another_price_are_told() -> None:
    def question(place: Marketplace, query: str, _page: int) -> Question:
        return Question("/ebay", {"q": query, "tld": place.tld}, 7)

    results = conformance(replace(ebay.PROVIDER, search_question=question), captures_of("ebay"))
    (told,) = (result.problems for result in results if result.check == "questions")
    assert [problem.split(" ")[0] for problem in told] == ["its", "a", "page"]


def test_a_listings_page_that_makes_another_listing_of_it_is_told() -> None:
    pages = amazon.PROVIDER.listing_pages
    assert pages is not None

    def read(listing: Listing, documents: Sequence[Json], place: Marketplace) -> ListingRead:
        found = pages.read(listing, documents, place)
        is_answered = any(isinstance(document, dict) for document in documents)
        other = replace(found.listing, listing_id=BOUGHT) if is_answered else found.listing
        return replace(found, listing=other)

    broken = replace(amazon.PROVIDER, listing_pages=ListingPages(pages.questions, read))
    assert f"becomes listing '{BOUGHT}'" in problems(broken)["listing pages"]
    dear = replace(amazon.DESCRIPTION, listing_page_credits=9)
    told = problems(replace(amazon.PROVIDER, description=dear))
    assert "not what the description says" in told["listing pages"]


def test_every_check_says_what_it_asks_in_the_docs_too() -> None:
    page = (PROJECT_DIR / "docs/providers.md").read_text()
    for name, check in CHECKS.items():
        assert f"| {name} | {(check.__doc__ or '').strip()} |" in page
    assert f"| {CHECK} | {ASKS} |" in page


def test_saved_answers_are_found_by_name(tmp_path: Path) -> None:
    with pytest.raises(NoCaptures, match=r"google-shopping-search-WORDS-page1\.json"):
        captures_in(tmp_path, "google_shopping")
    (tmp_path / "ebay-search-mug-page3.json").write_text("[]")
    (tmp_path / "ebay-search-mug-page3.utf8.json").write_text("the other is the truth")
    (tmp_path / "ebay-listing-v1-2.json").write_text("{}")
    found = captures_in(tmp_path, "ebay")
    assert [(page.file, page.page) for page in found.pages] == [("ebay-search-mug-page3.json", 3)]
    assert [(one.listing_id, one.documents) for one in found.listings] == [("v1", {2: {}})]
    (tmp_path / "ebay-search-mug-page4.json").write_text("{")
    with pytest.raises(NoCaptures, match=r"page4\.json is not JSON"):
        captures_in(tmp_path, "ebay")


def test_answers_of_a_marketplace_that_is_none_are_refused() -> None:
    with pytest.raises(UnknownMarketplace, match="eBay has no marketplace"):
        conformance(ebay.PROVIDER, captures_of("ebay"), "co.jp")


FAULTS = (
    *("--fault-401-rate", "0.05", "--fault-429-rate", "0.05", "--fault-500-rate", "0.1"),
    *("--fault-timeout-rate", "0.03", "--fault-empty-rate", "0.04"),
    *("--fault-truncated-rate", "0.03", "--odd-value-rate", "0.3"),
    *("--slow-seconds", "0.01", "--timeout-seconds", "0.05", "--filler-rows", "230"),
)
READ_BY = [*((name, None) for name in SOLD_AT), ("ebay", "ebay_browse")]


@pytest.mark.parametrize(("provider", "vendor"), READ_BY)
def test_answers_that_are_asked_for_conform(
    sandbox_url: str, provider: str, vendor: str | None
) -> None:
    plug_in = installed().plug_in(provider, vendor)
    asked = ask(plug_in, account_of(plug_in, sandbox_url), "kelvarra", "com")
    assert asked.result().problems == ()
    assert sum(len(page.listings) for page in asked.pages) >= 60
    assert problems(plug_in, few(asked.captures)) == {}
    assert [len(found.failed) for found in asked.details] == [0] * (
        LISTINGS_MAX if plug_in.listing_pages else 0
    )


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_third_of_faults_and_hostile_values_lose_and_double_nothing_through_any_vendor(
    start_sandbox: StartSandbox, seed: str
) -> None:
    url = start_sandbox(*FAULTS, "--seed", seed)
    statuses: Counter[bool] = Counter()
    for provider, vendor in READ_BY:
        plug_in = installed().plug_in(provider, vendor)
        for words in ("garden hose", "kelvarra"):
            asked = ask(plug_in, account_of(plug_in, url), words, "com")
            assert asked.result().problems == (), (provider, vendor)
            statuses.update(bool(page.failed) for page in asked.pages)
    assert statuses[False] > 2 * statuses[True]


def test_what_goes_wrong_while_asking_is_told(sandbox_url: str) -> None:
    plug_in = installed().plug_in("ebay", "ebay_browse")
    nobody = ClientCredentials("ours", SecretStr("refused"))
    account = replace(account_of(plug_in, sandbox_url), credentials=nobody)
    (told,) = ask(plug_in, account, "kelvarra").result().problems
    assert "nothing was answered" in told
    asked = ask(plug_in, account_of(plug_in, sandbox_url), "kelvarra")
    first = asked.pages[0]
    lost = replace(first, listings=first.listings[:-2], positions=first.positions[:-2])
    for pages, problem in (
        ([lost], "2 of 60 rows are not accounted for"),
        ([first, first], "came 2 times"),
    ):
        told = Asked(plug_in, asked.place, pages).result().problems[0]
        assert problem in told


def account_of(plug_in: ProviderPlugIn, url: str) -> VendorAccount:
    tokens = ClientCredentials("kit", SecretStr("s")) if plug_in.vendor.tokens else None
    return VendorAccount("sandbox", plug_in.vendor, url, SecretStr("kit"), 5, tokens)


def few(captures: Captures) -> Captures:
    """The same with the first rows of the first page, and one listing."""
    first = captures.pages[0]
    page = replace(first, document=first_rows(first.document, ROWS))
    return Captures((page,), captures.listings[:1])
