"""Listings of made-up clients in other trades and languages, judged without any photo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor, Search
from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.matching.scoring import Scorer

BAGS = Brand(
    "Malvoie",
    models=("Cabas Nora", "Mini Lune"),
    categories=("sac", "sac à main", "portefeuille", "ceinture"),
    price_floor=PriceFloor(Decimal(180), "EUR"),
)
SERUMS = Brand(
    "Soonmi",
    aliases=("순미", "スンミ"),
    categories=("serum", "cream", "toner", "세럼"),
    price_floor=PriceFloor(Decimal(24), "USD"),
)
DRILLS = Brand(
    "Tornado",
    common_word=True,
    models=("T500",),
    categories=("taladro", "sierra", "lijadora"),
    price_floor=PriceFloor(Decimal(69), "EUR"),
)
TOYS = Brand(
    "Kotik",
    categories=("klocki", "pluszak", "puzzle", "lalka"),
    price_floor=PriceFloor(Decimal(89), "PLN"),
)
MARKETPLACES = {"Malvoie": "fr", "Soonmi": "com", "Tornado": "es", "Kotik": "pl"}
SCORERS = {
    brand.name: Scorer(
        ClientConfig(1, (brand,), {"ebay": Search(("x",), MARKETPLACES[brand.name])}), []
    )
    for brand in (BAGS, SERUMS, DRILLS, TOYS)
}
CURRENCIES = {"Malvoie": "EUR", "Soonmi": "USD", "Tornado": "EUR", "Kotik": "PLN"}


def probability(
    client: str,
    title: str,
    price: str,
    condition: Condition | None = "new",
    field: str | None = None,
    description: str | None = None,
) -> float:
    cost = Price(Decimal(price), Decimal(price), CURRENCIES[client])
    listing = Listing(
        "ebay",
        "1",
        title,
        "",
        price=cost,
        seller=Seller("a shop"),
        brand=field,
        condition=condition,
        description=description,
    )
    return SCORERS[client].score(listing, []).probability


@pytest.mark.parametrize(
    ("client", "title", "price"),
    [
        ("Malvoie", "Sac Malvoie Cabas Nora noir", "45"),
        ("Malvoie", "Malv0ie cabas cuir femme", "190"),
        ("Malvoie", "Sac à main façon Malvoie", "200"),
        ("Malvoie", "Sac inspiré de Malvoie Mini Lune", "200"),
        ("Malvoie", "sac cabas femme cuir #malvoie #luxe", "200"),
        ("Malvoie", "Malvoie Mini Lune réplique qualité miroir", "190"),
        ("Malvoie", "Sac Gucci Prada Malvoie Chanel", "200"),
        ("Malvoie", "Sac pour Malvoie Nora cuir neuf complet", "60"),
        ("Malvoie", "Malvoie sac étiquette coupée sans facture", "210"),
        ("Soonmi", "S00nmi serum whitening", "25"),
        ("Soonmi", "순미 세럼 특가", "6"),
        ("Soonmi", "Snail serum similar to Soonmi", "9"),
        ("Tornado", "Taladro Tornado T500 nuevo barato", "19"),
        ("Tornado", "Taladro tipo Tornado 18V", "75"),
        ("Tornado", "Taladro Tornado T500 copia idéntica calidad AAA", "70"),
        ("Kotik", "K*tik pluszak", "95"),
        ("Kotik", "Kotik pluszak bez metki", "95"),
    ],
)
def test_what_a_lawyer_would_act_on(client: str, title: str, price: str) -> None:
    assert probability(client, title, price) >= 0.5


@pytest.mark.parametrize(
    ("client", "title", "price", "condition"),
    [
        ("Malvoie", "Malvoie Cabas Nora cuir noir neuf", "290", "new"),
        ("Malvoie", "Sac Malvoie Nora d'occasion très bon état", "60", None),
        ("Malvoie", "Bandoulière de rechange pour sac Malvoie Mini Lune", "19", "new"),
        ("Malvoie", "Catalogue Malvoie automne 2019", "8", "used"),
        ("Malvoie", "Malvoie porte-clés cuir", "35", "new"),
        ("Malvoie", "Malvoie carte cadeau", "50", "new"),
        ("Soonmi", "순미 세럼 50ml 정품", "31", "new"),
        ("Soonmi", "Soonmi 세럼 리필용 펌프 호환", "4", "new"),
        ("Soonmi", "Soonmi tester used half full", "9", None),
        ("Tornado", "Batería compatible con Tornado T500", "25", "new"),
        ("Tornado", "Brocas para taladro Tornado T500", "9", "new"),
        ("Tornado", "Novela Tornado en la noche libro", "6", "used"),
        ("Tornado", "Ventilador de torre Tornado efecto ciclón", "39", "new"),
        ("Tornado", "Taladro Tornado para piezas no funciona", "10", None),
        ("Kotik", "Klocki Kotik używane kompletne", "40", None),
        ("Kotik", "Ubranko dla lalki Kotik", "19", "new"),
        ("Kotik", "Kotik puzzle wyprzedaż końcówka serii", "79", "new"),
        ("Kotik", "Kotik naklejki 20 szt", "9", "new"),
    ],
)
def test_what_a_lawyer_would_leave(
    client: str, title: str, price: str, condition: Condition | None
) -> None:
    assert probability(client, title, price, condition) < 0.5


def test_the_brand_field_and_the_description_count_where_the_title_is_silent() -> None:
    assert probability("Malvoie", "Sac cabas femme", "38", field="Malvoie") >= 0.5
    told = "Identique à Malvoie, même atelier"
    assert probability("Malvoie", "Sac cabas femme", "38", description=told) >= 0.5
    assert probability("Malvoie", "Sac cabas femme", "38") < 0.1
    assert probability("Malvoie", "Malvoie Cabas Nora", "200", field="Sans marque") >= 0.5


def test_a_models_single_word_under_another_makers_name_is_no_claim() -> None:
    bottles = Brand(
        "Kelvarra",
        models=("Glacier",),
        categories=("tumbler", "bottle"),
        price_floor=PriceFloor(Decimal(29), "USD"),
    )
    scorer = Scorer(ClientConfig(1, (bottles,), {"amazon": Search(("x",), "com")}), [])

    def judged(title: str, field: str | None) -> float:
        cost = Price(Decimal("6.99"), Decimal("6.99"), "USD")
        seller = Seller("Lucky Star Retail")
        listing = Listing("amazon", "1", title, "", price=cost, seller=seller, brand=field)
        return scorer.score(listing, ()).probability

    assert judged("Dapplewood Iced Coffee Tumbler, Glacier Blue", "Dapplewood") < 0.3
    assert judged("Kelvarra Glacier Iced Coffee Tumbler", "Dapplewood") >= 0.5
