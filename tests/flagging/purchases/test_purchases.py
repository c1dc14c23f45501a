"""Test purchases: written down, photographed, and frozen with what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from infringement_dagster.domain.acting import purchases as rules
from infringement_dagster.domain.acting.purchases import (
    PHOTOS_MAX,
    PURCHASES_MAX,
    Awaited,
    BadOrder,
    Concluded,
    KnownOrder,
    NoMorePurchases,
    NothingToShow,
    Order,
    Purchase,
    PurchaseClosed,
    PurchaseOutcome,
    StalePurchase,
)
from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.evidence.container import open_container
from infringement_dagster.evidence.signature import new_signing_key
from infringement_dagster.flagging.purchases.arrive import PurchasePhotos
from infringement_dagster.flagging.purchases.conclude import PurchaseConclusion
from infringement_dagster.flagging.purchases.record import (
    NothingFrozen,
    found_purchase,
    record_purchase,
)
from infringement_dagster.flagging.seal_chain import check_chain, check_files
from infringement_dagster.photos.references import UnusablePhoto
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.cases import evidence_store
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.clients.audit import Doer, entries_before
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from tests.api.case_scene import flag_cases
from tests.support.bundling import bundle_of
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product
from tests.support.screenshot_case import screenshot_case

CLIENT = "acme"
BY = Doer("user:ann")
ORDER = Order("28-11234 <b>", date(2026, 3, 4), Decimal("19.90"), "EUR", "as a private person")
KEY = new_signing_key()


@dataclass(frozen=True, slots=True)
class House:
    """The stores, and the case at which is bought."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    case_id: UUID

    def record(self, order: Order = ORDER) -> Purchase:
        with self.database.client(CLIENT) as c:
            return record_purchase(c, CLIENT, self.case_id, order, BY)

    def add(self, purchase: Purchase, content: bytes) -> Purchase:
        photos = PurchasePhotos(self.database, self.objects, self.decoder, CLIENT, BY)
        return photos.add(self.case_id, purchase.purchase_id, content)

    def conclude(
        self, purchase: Purchase, outcome: PurchaseOutcome, finding: str = "", version: int = 0
    ) -> Purchase:
        concluding = PurchaseConclusion(self.database, self.objects, CLIENT, BY)
        seen = version or purchase.version
        return concluding.conclude(self.case_id, purchase.purchase_id, outcome, finding, seen)

    def read(self, purchase: Purchase) -> Purchase:
        with self.database.client(CLIENT) as c:
            return found_purchase(c, CLIENT, self.case_id, purchase.purchase_id)

    def copies(self) -> list[EvidenceRow]:
        with self.database.client(CLIENT) as c:
            return evidence_store.evidence_of(c, CLIENT, self.case_id)

    def bundle(self) -> bytes:
        return bundle_of(self.database, self.objects, self.decoder, KEY, CLIENT, self.case_id)

    def problems(self) -> list[str]:
        chain = check_chain(self.database, self.objects, CLIENT)
        return [*chain, *check_files(self.database, self.objects, CLIENT)]

    def told(self) -> list[tuple[str, object]]:
        with self.database.client(CLIENT) as c:
            events = events_after(c, CLIENT, 0, 100)
        return [
            (event.type, event.body.get("version")) for event in events if "purch" in event.type
        ]


@pytest.fixture(scope="module")
def decoder() -> Iterator[BlockingDecoder]:
    with BlockingDecoder() as decoder:
        yield decoder


@pytest.fixture
def house(database: Database, tmp_path: Path, decoder: BlockingDecoder) -> House:
    objects = ObjectStore(str(tmp_path))
    return House(database, objects, decoder, screenshot_case(database, objects, CLIENT).case_id)


def photo(number: int) -> bytes:
    return encoded(product(number), "PNG")


def test_a_purchase_becomes_a_link_of_the_chain_and_a_part_of_the_bundle(house: House) -> None:
    before = house.bundle()
    purchase = house.record()
    assert purchase.ending == Awaited("not_arrived")
    house.add(purchase, photo(1))
    arrived = house.add(purchase, photo(2))
    assert arrived.ending == Awaited("not_examined")
    with pytest.raises(StalePurchase, match="at version 3, not at 1"):
        house.conclude(purchase, "counterfeit")
    assert not any("purchase" in copy.kind for copy in house.copies()), "frozen once concluded"
    concluded = house.conclude(arrived, "counterfeit", " no hologram ")
    assert isinstance(concluded.ending, Concluded)
    assert (concluded.ending.outcome, concluded.ending.finding) == ("counterfeit", "no hologram")
    assert house.read(purchase) == concluded
    assert house.problems() == []
    assert verify_bundle(before).findings == (), "bundles of before stay valid"

    bundle = house.bundle()
    verified = verify_bundle(bundle, [KEY.public.fingerprint])
    assert (verified.findings, verified.manifests) == ((), 2)
    files = open_container(bundle).files
    names = [name for name in files if name.startswith("purchase_photos/")]
    assert sorted(files[name] for name in names) == sorted([photo(1), photo(2)])
    page = files["summary.html"].decode()
    for said in ("order 28-11234 &lt;b&gt;", "19.90 EUR", "what arrived is a counterfeit"):
        assert said in page
    assert page.count('alt="What arrived of order') == 2
    assert len(files["summary.pdf"]) > len(open_container(before).files["summary.pdf"]) + 5_000
    changed = bytearray(bundle)
    changed[bundle.index(files[names[0]]) + 60] ^= 1
    assert [found.part for found in verify_bundle(bytes(changed)).findings] == [names[0]]


def test_each_step_is_told_and_stands_in_the_audit_trail(house: House) -> None:
    purchase = house.record()
    arrived = house.add(purchase, photo(1))
    house.add(purchase, photo(1))  # the same bytes again
    house.conclude(arrived, "genuine")
    assert house.told() == [
        ("case.purchase_recorded", None),
        ("case.purchase_photo_added", 2),
        ("case.purchase_concluded", 3),
    ]
    with house.database.client(CLIENT) as c:
        entries = entries_before(c, CLIENT, 50)
    actions = [entry.action for entry in entries if entry.subject == str(purchase.purchase_id)]
    assert sorted(actions) == ["purchase.concluded", "purchase.photo_added", "purchase.recorded"]


def test_what_is_concluded_stays_as_it_is(house: House) -> None:
    arrived = house.add(house.record(), photo(1))
    concluded = house.conclude(arrived, "not_as_described")
    with pytest.raises(PurchaseClosed):
        house.conclude(concluded, "genuine")
    with pytest.raises(PurchaseClosed):
        house.add(concluded, photo(2))
    assert house.add(concluded, photo(1)) == concluded, "it is there already"
    assert house.record() == concluded, "the order is known"


def test_only_what_did_not_arrive_needs_no_photo(house: House) -> None:
    purchase = house.record()
    with pytest.raises(NothingToShow):
        house.conclude(purchase, "counterfeit")
    house.conclude(purchase, "not_delivered", "the seller never sent it")
    page = open_container(house.bundle()).files["summary.html"].decode()
    assert "nothing arrived" in page
    assert verify_bundle(house.bundle()).findings == ()


def test_two_purchases_may_share_a_photo(house: House) -> None:
    for number in ("1", "2"):
        purchase = house.record(replace(ORDER, order_number=number))
        house.conclude(house.add(purchase, photo(1)), "counterfeit")
    bundle = house.bundle()
    assert (verify_bundle(bundle).findings, verify_bundle(bundle).manifests) == ((), 3)
    assert house.problems() == []


def test_of_two_who_conclude_at_once_one_does(house: House) -> None:
    arrived = house.add(house.record(), photo(1))

    def tried(outcome: PurchaseOutcome) -> bool:
        try:
            house.conclude(arrived, outcome)
        except (PurchaseClosed, StalePurchase):
            return False
        return True

    with ThreadPoolExecutor() as threads:
        done = list(threads.map(tried, ["counterfeit", "genuine"]))
    assert sorted(done) == [False, True]
    assert verify_bundle(house.bundle()).manifests == 2
    assert house.problems() == []


def test_a_file_that_is_no_photo_or_too_large_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = house.record()
    for content in (b"", b"<svg onload='x'/>", photo(1)[:400]):
        with pytest.raises(UnusablePhoto):
            house.add(purchase, content)
    monkeypatch.setattr("infringement_dagster.flagging.purchases.arrive.PHOTO_BYTES_MAX", 10)
    with pytest.raises(UnusablePhoto, match="more than 10 bytes"):
        house.add(purchase, photo(1))
    assert house.read(purchase) == purchase


def test_a_purchase_has_so_many_photos_and_a_case_so_many_purchases(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PHOTOS_MAX", 2)
    purchase = house.record()
    for number in (1, 2):
        house.add(purchase, photo(number))
    with pytest.raises(NoMorePurchases):
        house.add(purchase, photo(3))
    for number in range(1, PURCHASES_MAX):
        house.record(replace(ORDER, order_number=f"further {number}"))
    with pytest.raises(NoMorePurchases):
        house.record(replace(ORDER, order_number="one more"))
    assert (PURCHASES_MAX, PHOTOS_MAX) == (5, 10)


def test_an_order_is_recorded_once_and_as_it_can_be(house: House) -> None:
    purchase = house.record(replace(ORDER, order_number="  28-1   x "))
    assert purchase.order.order_number == "28-1 x"
    assert house.record(replace(ORDER, order_number="28-1 x")) == purchase
    with pytest.raises(KnownOrder):
        house.record(replace(ORDER, order_number="28-1 x", amount=Decimal("20.00")))
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    house.record(replace(ORDER, order_number="of today in Auckland", ordered_on=tomorrow))
    for wrong in (
        replace(ORDER, ordered_on=tomorrow + timedelta(days=1)),
        replace(ORDER, order_number=" "),
        replace(ORDER, amount=Decimal(0)),
        replace(ORDER, amount=Decimal("9.999")),
        replace(ORDER, amount=Decimal("nan")),
        replace(ORDER, currency="euro"),
        replace(ORDER, note="x" * 2001),
    ):
        with pytest.raises(BadOrder):
            house.record(wrong)
    assert [kind for kind, _ in house.told()] == ["case.purchase_recorded"] * 2


def test_a_case_without_evidence_takes_none(database: Database) -> None:
    add_client(database, CLIENT, CLIENT)
    case_id = flag_cases(database, CLIENT, 1).case_ids[0]
    with database.client(CLIENT) as c:
        with pytest.raises(NothingFrozen):
            record_purchase(c, CLIENT, case_id, ORDER, BY)
        with pytest.raises(UnknownCase):
            record_purchase(c, CLIENT, uuid4(), ORDER, BY)
