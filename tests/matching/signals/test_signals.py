from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.score import MATCH_MIN, PriceCompared
from infringement_dagster.matching.currencies import BUILT_IN, ExchangeRates
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer

BRAND = Brand(
    "Veldora",
    models=("Trailjug",),
    categories=("jacket", "tent", "stove", "flask"),
    price_floor=PriceFloor(Decimal(80), "USD"),
    model_floors={"Trailjug": PriceFloor(Decimal(20), "USD")},
)
COMMON = Brand("Anchor", categories=("lamp", "desk"), common_word=True)
CONFIG = ClientConfig(
    1,
    (BRAND, COMMON),
    {},
    fraud_terms=("ghost shift",),
    allowed_sellers=("Veldora Official",),
)
SCORER = Scorer(CONFIG, [])


def listing(title: str, price: str | None = "95", **more: object) -> Listing:
    cost = None if price is None else Price(Decimal(price), Decimal(price), "USD")
    given = Listing("ebay", "1", title, "https://example.com/1", price=cost, condition="new")
    return replace(given, seller=Seller("some shop"), **more)  # type: ignore[arg-type]


def values(one: Listing, *others: Listing) -> dict[str, float]:
    """What each signal finds in a listing that is scanned beside others; 0 where it cannot."""
    scan = scan_context(SCORER.reader, [one, *others])
    score = SCORER.score(one, [], scan.of(one))
    return {s.name: s.value if isinstance(s.value, float) else 0.0 for s in score.signals}


def basis(one: Listing, *others: Listing, rates: ExchangeRates = BUILT_IN) -> PriceCompared:
    """The genuine price that the listing's price is held against in a scan."""
    scan = scan_context(SCORER.reader, [one, *others], rates=rates)
    found = SCORER.score(one, [], scan.of(one)).basis_of("low_price")
    assert isinstance(found, PriceCompared)
    return found


def explanation(one: Listing, name: str, rates: ExchangeRates) -> str:
    score = SCORER.score(one, [], scan_context(SCORER.reader, [one], rates=rates).of(one))
    return next(signal.explanation for signal in score.signals if signal.name == name)


def probability(one: Listing, *others: Listing) -> float:
    return SCORER.score(one, [], scan_context(SCORER.reader, [one, *others]).of(one)).probability


def offers(title: str, price: str, count: int, seller: str = "dealer") -> list[Listing]:
    return [
        replace(
            listing(f"{title} {at} cm", price), listing_id=f"o{at}", seller=Seller(f"{seller}{at}")
        )
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("title", "price", "least", "most"),
    [
        ("Veldora jacket", "95", 0.0, 0.0),
        ("Veldora jacket", "17", 1.0, 1.0),
        ("Veldora jacket", "28", 0.75, 0.85),
        ("Veldora Trailjug flask", "22", 0.0, 0.0),  # its model has a floor of its own
        ("Veldora Trailjug flask", "4", 1.0, 1.0),
        ("Veldora sticker", "4", 0.1, 0.4),  # a small article beside a floor for jackets
        ("used Veldora jacket", "28", 0.05, 0.2),
        ("Veldora jacket clearance", "17", 0.4, 0.6),
    ],
)
def test_a_price_is_held_against_the_product(
    title: str, price: str, least: float, most: float
) -> None:
    assert least <= values(listing(title, price))["low_price"] <= most


def test_a_price_is_converted_and_never_unavailable_for_its_currency() -> None:
    def asked(amount: str, currency: str) -> Listing:
        price = Price(Decimal(amount), Decimal(amount), currency)
        return replace(listing("Veldora jacket"), price=price)

    assert values(asked("14", "EUR"))["low_price"] == 1.0
    assert values(asked("2500", "JPY"))["low_price"] == 1.0
    assert values(asked("80", "EUR"))["low_price"] == 0.0


def test_the_low_end_of_variants_is_not_the_price_of_the_product() -> None:
    variants = Price(Decimal(9), Decimal(120), "USD")
    assert values(replace(listing("Veldora jackets and hooks"), price=variants))["low_price"] == 0.0


def test_without_a_floor_the_offers_of_the_scan_tell_the_price() -> None:
    lamp = "Anchor brass desk lamp"
    fair = offers(lamp, "120", 4)
    assert values(listing(lamp, "30"), *fair)["low_price"] > 0.8
    assert values(listing(lamp, "110"), *fair)["low_price"] == 0.0
    assert values(listing(lamp, "30"))["low_price"] == 0.0


def test_a_pack_counts_by_its_pieces() -> None:
    lamp = "Anchor brass desk lamp"
    fair = offers(lamp, "120", 4)
    assert values(listing(f"{lamp} set of 4", "130"), *fair)["low_price"] > 0.8
    assert values(listing(f"{lamp} set of 4", "440"), *fair)["low_price"] == 0.0


def test_a_dealer_at_genuine_prices_is_believed_a_cheap_article() -> None:
    others = [replace(offer, seller=Seller("mike")) for offer in offers("Veldora tent", "160", 3)]
    bell = replace(listing("Veldora bell", "9"), seller=Seller("mike"))
    assert probability(bell, *others) < 0.3 < probability(bell)


def test_what_an_allowed_seller_asks_outweighs_the_floor() -> None:
    socket = "Veldora stove steel socket"
    trusted = replace(listing(socket, "12"), listing_id="t", seller=Seller("Veldora Official"))
    assert values(listing(socket, "12"), trusted)["low_price"] == 0.0
    assert values(listing(socket, "12"))["low_price"] > 0.8


def test_copies_of_one_seller_do_not_make_a_price_genuine() -> None:
    tent = "Veldora dome tent"
    cheap = [replace(offer, seller=Seller("mass")) for offer in offers(tent, "20", 6)]
    one = replace(listing(tent, "20"), seller=Seller("mass"))
    assert values(one, *cheap)["low_price"] > 0.8


@pytest.mark.parametrize(
    ("title", "signal"),
    [
        ("tough rain coat #veldora", "keyword_squat"),
        ("Veldora jacket dupe", "keyword_squat"),
        ("rain jacket like Veldora", "keyword_squat"),
        ("running jacket Nike Veldora Puma Adidas", "keyword_squat"),
        ("Jacket for Veldora all sizes", "false_reference"),
        ("Jacke V*ldora neu", "misspelling"),
        ("Veldora jacket ghost shift", "fraud_terms"),
        ("Veldora jacket, label removed", "copy_hints"),
        ("Veldora jacket not for sale in EU", "grey_market"),
    ],
)
def test_what_a_lawyer_sees_in_a_title(title: str, signal: str) -> None:
    assert values(listing(title))[signal] >= 0.5
    assert values(listing("Veldora jacket"))[signal] == 0.0


@pytest.mark.parametrize(
    ("told", "signal"),
    [
        ({"description": "100% same as Veldora"}, "hidden_brand"),
        ({"description": "Tags: coat, Veldora, warm"}, "keyword_squat"),
        ({"brand": "Veldora"}, "hidden_brand"),
    ],
)
def test_a_brand_outside_the_title_is_found(told: dict[str, str], signal: str) -> None:
    hidden = replace(listing("warm rain coat"), **told)  # type: ignore[arg-type]
    assert values(hidden)[signal] >= 0.3
    assert values(listing("warm rain coat"))[signal] == 0.0


@pytest.mark.parametrize(
    ("brand_field", "least", "most"),
    [
        ("Unbranded", 0.9, 1.0),
        ("Markenlos", 0.9, 1.0),
        ("Other Maker", 0.5, 0.9),
        ("Does not apply", 0.1, 0.4),
        ("Veldora", 0.0, 0.0),
        ("Visit the Veldora Store", 0.0, 0.0),
    ],
)
def test_a_brand_field_may_deny_the_title(brand_field: str, least: float, most: float) -> None:
    assert least <= values(listing("Veldora jacket", brand=brand_field))["brand_denied"] <= most


@pytest.mark.parametrize(
    "title",
    [
        "lid compatible with Veldora flask",
        "The Veldora jacket: a paperback",
        "Veldora gift card",
        "empty box Veldora stove",
    ],
)
def test_speaking_of_the_brand_is_lawful_at_any_price(title: str) -> None:
    assert probability(listing(title, "6")) < 0.1


@pytest.mark.parametrize(
    ("title", "field", "price", "believed"),
    [
        ("Veldorra Jacket waterproof", "Veldorra", "90", True),
        ("Veldorra Jacket waterproof", "Veldorra", "26", False),  # almost the name, a third of it
        ("Veldorra Jacket waterproof", "Veldorra", None, True),
        ("Ancor Lamp", "Ancor", "9", True),  # no floor is known
    ],
)
def test_a_coined_name_that_is_almost_the_clients_excuses_no_giveaway_price(
    title: str,
    field: str,
    price: str | None,
    believed: bool,
) -> None:
    offered = listing(title, price, brand=field)
    assert (values(offered)["brand_use"] < 0.3) is believed
    assert (probability(offered) < 0.5) is believed


def test_the_makers_own_name_is_no_disguise_of_another() -> None:
    near = listing("Veldara rain jacket")
    own = replace(near, seller=Seller("Veldara Outdoor"))
    assert values(near)["misspelling"] > 0.3
    assert values(own)["misspelling"] < 0.15


def test_an_everyday_word_in_small_letters_is_no_name() -> None:
    assert values(listing("Ship at Anchor, lamp"))["brand_use"] > 0.5
    assert values(listing("Old ship at anchor with a lamp"))["brand_use"] < 0.45
    assert values(listing("anchor desk lamp"))["brand_use"] > 0.5  # whoever writes all small


def test_a_series_accuses_only_what_is_suspect_by_itself() -> None:
    def series(price: str) -> list[Listing]:
        sizes = [
            replace(offer, seller=Seller("mass")) for offer in offers("Veldora dome tent", price, 9)
        ]
        return [replace(listing("Veldora dome tent 10 cm", price), seller=Seller("mass")), *sizes]

    assert values(*series("95"))["batch_template"] == 0.0
    assert values(*series("25"))["batch_template"] > 0.5


def test_a_dealer_is_known_by_its_other_prices() -> None:
    others = [replace(offer, seller=Seller("mike")) for offer in offers("Veldora tent", "160", 3)]
    cheap = replace(listing("Veldora odd stove", "40"), seller=Seller("mike"))
    assert values(cheap, *others)["fair_dealer"] > 0.5
    assert values(cheap)["fair_dealer"] == 0.0
    assert probability(cheap, *others) < probability(cheap)


def test_one_photo_under_several_sellers_is_seen() -> None:
    shop = [replace(listing("Veldora jacket"), listing_id=n, seller=Seller(n)) for n in "abc"]
    ids = {("ebay", n): ["same"] for n in "abc"}
    context = scan_context(SCORER.reader, shop, photo_ids=ids)
    assert context.of(shop[0]).other_sellers_with_photo == 2


def test_used_relieves_the_price_and_nothing_else() -> None:
    used, new = listing("used Veldora jacket", "25"), listing("Veldora jacket", "25")
    assert probability(used) < 0.3 < probability(new)
    masked = listing("V*ldora jacket used", "95")
    assert probability(masked) == pytest.approx(probability(listing("V*ldora jacket", "95")))


@pytest.mark.parametrize("left_out", ["price", "seller", "condition", "brand"])
def test_missing_evidence_is_neutral(left_out: str) -> None:
    genuine = listing("Veldora jacket", brand="Veldora")
    without = replace(genuine, **{left_out: None})  # type: ignore[arg-type]
    assert probability(without) == pytest.approx(probability(genuine), abs=0.02)


TWO_DOLLARS = ExchangeRates(date(2026, 3, 2), "the bank", {"USD": Decimal(2)})


def in_euro(price: str, title: str = "Veldora jacket") -> Listing:
    return replace(listing(title), price=Price(Decimal(price), Decimal(price), "EUR"))


def test_a_floor_in_another_currency_is_held_at_the_rates_of_the_scan() -> None:
    held = basis(in_euro("40"), rates=TWO_DOLLARS)
    assert (held.amount, held.currency, held.against) == (Decimal(40), "EUR", "floor")
    assert held.share == 1.0
    assert held.floor == PriceFloor(Decimal(80), "USD")
    (used,) = held.rates
    assert (used.given, used.wanted, used.rate) == ("USD", "EUR", Decimal("0.5"))
    assert (used.day, used.source, used.note) == (date(2026, 3, 2), "the bank", "")
    assert basis(in_euro("40")).share < 0.7  # by the built-in table


def test_the_sentence_names_the_rate_its_day_and_what_makes_it_doubtful() -> None:
    fresh = replace(TWO_DOLLARS, used_on=date(2026, 3, 9))
    said = explanation(in_euro("12"), "low_price", fresh)
    assert "30% of the floor of 80 USD (at 1 USD = 0.5 EUR of 2026-03-02)" in said
    old = replace(TWO_DOLLARS, used_on=date(2026, 5, 1))
    assert "of 2026-03-02, 60 days old)" in explanation(in_euro("12"), "low_price", old)
    assert "built in)" in explanation(in_euro("12"), "low_price", BUILT_IN)


def test_a_currency_that_the_rates_lack_is_not_compared() -> None:
    one = replace(listing("Veldora jacket"), price=Price(Decimal(9), Decimal(9), "PLN"))
    score = SCORER.score(one, [], scan_context(SCORER.reader, [one], rates=TWO_DOLLARS).of(one))
    assert score.basis_of("low_price") == PriceFloor(Decimal(80), "USD")


def test_what_decided_is_told_offers_or_floor() -> None:
    fair = offers("Veldora Pebble lamp", "200", 3)
    held = basis(listing("Veldora Pebble lamp", "60"), *fair)
    assert (held.against, held.offers, held.floor) == ("other_offers", 3, None)
    assert (held.amount, held.share) == (Decimal(200), 0.3)
    trusted = replace(fair[0], seller=Seller("Veldora Official"))
    assert basis(listing("Veldora Pebble lamp", "60"), trusted).against == "allowed_sellers"
    assert basis(listing("Veldora Pebble lamp", "60")).against == "floor"


def test_offers_of_other_currencies_name_their_rates() -> None:
    fair = [
        replace(
            in_euro("100", f"Veldora Pebble lamp {at} cm"),
            listing_id=f"e{at}",
            seller=Seller(f"dealer{at}"),
        )
        for at in range(3)
    ]
    held = basis(listing("Veldora Pebble lamp", "60"), *fair, rates=TWO_DOLLARS)
    assert (held.amount, held.currency) == (Decimal(200), "USD")
    assert [(used.given, used.rate) for used in held.rates] == [("EUR", Decimal(2))]


def test_a_signal_of_value_0_does_not_state_its_opposite() -> None:
    def said(title: str, name: str) -> str:
        return explanation(listing(title), name, BUILT_IN)

    bundle = listing("Veldora Trailjug bundle of accessories", condition=None)
    assert "new" not in explanation(bundle, "used_condition", BUILT_IN)
    assert said("Veldora Trailjug", "shared_photo").startswith("no other seller")
    assert said("Veldora Trailjug", "relisting").startswith("no listing")
    second_hand = said("Used Veldora Trailjug no invoice", "copy_hints")
    assert second_hand.startswith("such words count only against new goods")


def test_words_below_the_threshold_may_admit_a_copy_and_no_more() -> None:
    for title in ("Veldora Trailjug replica", "Veldora Trailjug AAA quality"):
        said = explanation(listing(title), "fraud_terms", BUILT_IN)
        is_sure = values(listing(title))["fraud_terms"] >= MATCH_MIN
        assert said.endswith(": admits a copy" if is_sure else ": may admit a copy")
