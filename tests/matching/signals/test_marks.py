from __future__ import annotations

from infringement_dagster.domain.score import PhotoRead, Unavailable
from infringement_dagster.matching.basis import basis_of
from infringement_dagster.matching.calibration.plain_cases import PlainCase
from infringement_dagster.matching.signals.marks import brand_in_photo
from infringement_dagster.matching.signals.price import low_price

NO_NAME = "steel trail flask"


def value(case: PlainCase) -> float:
    found = brand_in_photo(case.comparison())
    assert not isinstance(found, Unavailable)
    return found[0]


def test_the_name_in_a_photo_counts_where_the_title_keeps_quiet() -> None:
    quiet = PlainCase(NO_NAME, photo_reads="VELDORAN")
    assert value(quiet) >= 0.9
    basis = basis_of(quiet.comparison(), None, None)["brand_in_photo"]
    assert isinstance(basis, PhotoRead)
    assert basis.text == "VELDORAN"
    assert value(PlainCase("Veldoran flask", photo_reads="VELDORAN")) <= 0.1
    assert value(PlainCase(NO_NAME, photo_reads="Maplewood")) == 0
    used = PlainCase(NO_NAME, photo_reads="VELDORAN", condition="used")
    assert value(used) == value(quiet) / 2


def test_a_price_counts_once_the_photo_names_the_maker() -> None:
    unread = low_price(PlainCase(NO_NAME, 0.3).comparison())
    assert isinstance(unread, Unavailable)
    read = low_price(PlainCase(NO_NAME, 0.3, photo_reads="VELDORAN").comparison())
    assert not isinstance(read, Unavailable)
    assert read[0] > 0.5


def test_what_was_not_read_has_no_value() -> None:
    found = brand_in_photo(PlainCase(NO_NAME).comparison())
    assert isinstance(found, Unavailable)
    assert basis_of(PlainCase(NO_NAME).comparison(), None, None).get("brand_in_photo") is None
