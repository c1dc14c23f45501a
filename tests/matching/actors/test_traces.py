"""What listings show of their sellers: keys, contacts, places; and how risky a seller is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.listing import Seller
from infringement_dagster.matching.actors.contacts import contacts_in
from infringement_dagster.matching.actors.names import core_of
from infringement_dagster.matching.actors.risk import Record, risk_of
from infringement_dagster.matching.actors.traces import place_of, seller_key


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("WhatsApp: +86 139 1234 5678", {"phone:8613912345678"}),
        ("call 0086 139-1234-5678 now", {"phone:8613912345678"}),
        ("write to Li.Wei@gmail.com", {"mail:li.wei@gmail.com"}),
        ("Telegram @zotalvor_sales", {"handle:zotalvor_sales"}),
        ("more at https://www.zotalvor.shop/new", {"web:zotalvor.shop"}),
        ("Track at 17track.net or www.dhl.com", set()),
        ("Model 1234567890123, 12 oz, 2024-2025", set()),
        ("0000000000 000", set()),
        ("", set()),
    ],
)
def test_contacts_are_found_in_one_form_and_those_of_everybody_left_out(
    text: str, contacts: set[str]
) -> None:
    assert contacts_in(text) == contacts


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert all(":" in contact for contact in contacts_in(text))
    place_of(text)
    core_of(text)
    assert seller_key("ebay", Seller(text or "x")).key.startswith("name:")


def test_a_seller_is_one_by_id_else_by_the_words_of_its_name() -> None:
    assert seller_key("ebay", Seller("Bright-Peak", "S1")).key == "id:S1"
    assert seller_key("ebay", Seller("Bright-Peak!")) == seller_key("ebay", Seller("bright peak"))
    assert seller_key("ebay", Seller("★★★")).key == "name:★★★"


def test_what_shops_call_themselves_says_nothing() -> None:
    assert core_of("Brightpeak Official Store 24") == core_of("BrightpeakShop") == ("brightpeak",)
    assert core_of("Best Deals Outlet") == ()


def test_places_are_plain_words() -> None:
    assert place_of("Ships from: Yiwu, China") == place_of("yiwu / CHINA") == "yiwu china"
    assert place_of(" - ") is None


COUNTS = st.integers(0, 10_000)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.none() | st.floats(0, 1), COUNTS)
def test_a_risk_is_bounded_and_its_parts_make_it(
    sellers: int, cases: int, infringing: int, lawful: int, open_mean: float | None, later: int
) -> None:
    record = Record(sellers, 1, cases, 1, infringing, lawful, 0, open_mean, later)
    risk = risk_of(record)
    assert 0 <= risk.value <= 1
    assert sum(part.share for part in risk.parts) == pytest.approx(1)
    assert risk.value == pytest.approx(sum(part.share * part.value for part in risk.parts))


def test_more_infringing_cases_raise_a_risk_and_lawful_ones_lower_it() -> None:
    def value(infringing: int, lawful: int) -> float:
        return risk_of(Record(1, 1, 10, 2, infringing, lawful, 0, 0.8, 1)).value

    assert value(6, 0) > value(3, 3) > value(0, 6)
