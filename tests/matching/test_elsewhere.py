from __future__ import annotations

from dataclasses import replace

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.elsewhere import Elsewhere, KnownListing, Verdict
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer

SCORER = Scorer(ClientConfig(1, (Brand("Veldora"),), {}, allowed_sellers=("Veldora Official",)), [])
KEY = ("ebay", "2")


def offer(title: str = "Veldora Trail jacket, black", seller: str | None = "Shop A") -> Listing:
    listing = Listing("ebay", "2", title, "https://example.com/2")
    return listing if seller is None else replace(listing, seller=Seller(seller))


def known(
    seller: str | None,
    verdict: Verdict | None = None,
    *,
    title: str = "else",
    listing_id: str = "1",
) -> KnownListing:
    return KnownListing("walmart", listing_id, title, seller, verdict)


def score(one: Listing, elsewhere: Elsewhere, photo: str = "p1") -> Score:
    scan = scan_context(SCORER.reader, [one], photo_ids={KEY: [photo]}, elsewhere=elsewhere)
    return SCORER.score(one, [], scan.of(one))


def found(one: Listing, elsewhere: Elsewhere, name: str) -> tuple[float, str]:
    signal = next(s for s in score(one, elsewhere).signals if s.name == name)
    assert isinstance(signal.value, float)
    return signal.value, signal.explanation


def test_a_photo_of_other_scans_and_marketplaces_counts_its_sellers() -> None:
    shown = [("p1", known(seller)) for seller in ("Shop B", "SHOP B", "Shop C", "shop a", None)]
    value, said = found(offer(), Elsewhere(shown), "shared_photo")
    assert (value, said) == (0.5, "2 other sellers show the same photo")
    assert found(offer(), Elsewhere([("p2", known("Shop B"))]), "shared_photo")[0] == 0


def test_trusted_sellers_and_those_found_lawful_share_a_photo_with_good_reason() -> None:
    shown = [("p1", known("veldora official")), ("p1", known("Shop B", "lawful"))]
    assert found(offer(), Elsewhere(shown), "shared_photo")[0] == 0


def test_a_seller_found_lawful_is_so_within_the_scan_too() -> None:
    other = replace(offer(seller="SHOP B"), listing_id="3")
    photo_ids = {KEY: ["p1"], ("ebay", "3"): ["p1"]}

    def others(*shown: tuple[str, KnownListing]) -> int:
        read = [offer(), other]
        scan = scan_context(SCORER.reader, read, photo_ids=photo_ids, elsewhere=Elsewhere(shown))
        return scan.of(offer()).other_sellers_with_photo

    assert others() == 1
    assert others(("p1", known("Shop B", "lawful"))) == 0


def test_the_same_words_of_the_same_seller_found_infringing_are_a_relisting() -> None:
    past = known("SHOP A", "infringing", title="VELDORA trail jacket (black)")
    value, said = found(offer(), Elsewhere((), [past]), "relisting")
    assert value == 0.95
    assert said == "the words of walmart 1 of the same seller, found infringing"
    assert score(offer(), Elsewhere((), [past])).probability > 0.7


def test_the_same_photo_is_a_relisting_surer_of_the_same_seller() -> None:
    own = Elsewhere([("p1", known("shop a", "infringing"))])
    strange = Elsewhere([("p1", known("Shop B", "infringing"))])
    assert found(offer(), own, "relisting") == (
        0.95,
        "the photo of walmart 1 of the same seller, found infringing",
    )
    assert found(offer(), strange, "relisting") == (
        0.5,
        "the photo of walmart 1 of another seller, found infringing",
    )
    assert found(offer(seller=None), strange, "relisting")[0] == 0.5


def test_lawful_ones_like_it_count_against_a_relisting() -> None:
    shown = [
        ("p1", known("Shop B", "infringing")),
        ("p1", known("Shop C", "lawful", listing_id="3")),
    ]
    value, said = found(offer(), Elsewhere(shown), "relisting")
    assert value == 0.25
    assert said.endswith("; 1 like it were lawful")


def test_an_offer_that_nobody_decided_about_or_found_lawful_accuses_nobody() -> None:
    title = "Veldora Trail jacket, black"
    verdicts: tuple[Verdict | None, ...] = (None, "lawful")
    for verdict in verdicts:
        past = known("Shop A", verdict, title=title)
        assert found(offer(), Elsewhere([("p1", past)], [past]), "relisting")[0] == 0


def test_a_listing_does_not_repeat_itself() -> None:
    itself = KnownListing("ebay", "2", "Veldora Trail jacket, black", "Shop A", "infringing")
    alone = Elsewhere([("p1", itself)], [itself])
    assert found(offer(), alone, "relisting")[0] == 0
    assert found(offer(), alone, "shared_photo")[0] == 0
