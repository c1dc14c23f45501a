"""Signals of who sells: decided cases, mass listings, the seller's other offers."""

from __future__ import annotations

from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.signals.comparison import Comparison, Found
from infringement_dagster.matching.signals.naming import misspelling
from infringement_dagster.matching.signals.price import low_price

_DOUBTED_DECISIONS = 2  # a first decision says little about a seller
_EVEN_BATCH = 3  # alike listings; a shop with sizes and colours has some
_EVEN_FAIR = 1
_SAME_SELLER, _SAME_PHOTO = 0.95, 0.5


def allowed(c: Comparison) -> Found:
    """Whether the client trusts this seller or listing."""
    if c.listing.listing_id.casefold() in {i.casefold() for i in c.config.allowed_listing_ids}:
        return 1.0, "the client allows this listing"
    seller = c.listing.seller
    if seller is None:
        return Unavailable("the provider did not name the seller")
    names = {name.casefold() for name in (seller.name, seller.seller_id) if name}
    if names & {name.casefold() for name in c.config.allowed_sellers}:
        return 1.0, f"the client allows the seller {seller.name}"
    return 0.0, f"the seller {seller.name} is not among those the client allows"


def seller_history(c: Comparison) -> Found:
    """How often people found this seller's listings infringing, drawn to 0 while cases are few."""
    record = c.seller_record
    if record is None or record.infringing_count + record.lawful_count == 0:
        return Unavailable("no decision about this seller yet")
    decided = record.infringing_count + record.lawful_count
    share = record.infringing_count / (decided + _DOUBTED_DECISIONS)
    return share, f"{record.infringing_count} of {decided} decided listings were infringing"


def relisting(c: Comparison) -> Found:
    """How surely it repeats, from any scan or marketplace, a listing that people found infringing.

    The same seller with the same words or photo; less where only the photo is the same, as several
    sellers may have one supplier. Like decisions that were lawful count against it.
    """
    repeated = c.relisting
    if repeated is None:
        return 0.0, "no listing found infringing was seen that it repeats"
    count = len(repeated.infringing)
    value = (_SAME_SELLER if repeated.is_same_seller else _SAME_PHOTO) * count
    first, more = repeated.infringing[0], f" and {count - 1} more" if count > 1 else ""
    what = "photo" if repeated.is_same_photo else "words"
    whose = "the same seller" if repeated.is_same_seller else "another seller"
    told = f"the {what} of {first} of {whose}, found infringing{more}"
    if repeated.lawful_count:
        told += f"; {repeated.lawful_count} like it were lawful"
    return value / (count + repeated.lawful_count), told


def clean_history(c: Comparison) -> Found:
    """How often people found this seller's listings lawful, drawn to 0 while cases are few."""
    record = c.seller_record
    if record is None or record.infringing_count + record.lawful_count == 0:
        return Unavailable("no decision about this seller yet")
    decided = record.infringing_count + record.lawful_count
    share = max(0, record.lawful_count - record.infringing_count) / (decided + _DOUBTED_DECISIONS)
    return share, f"{record.lawful_count} of {decided} decided listings were lawful"


def batch_template(c: Comparison) -> Found:
    """How surely the listing is one of a series from one template that price or spelling accuses.

    Dealers list sizes and colours from templates too; by itself a template accuses nobody.
    """
    if c.seller_record is None:
        return Unavailable("the seller's other listings are not known")
    alike = max(c.seller_record.alike_count, c.seller_record.repeated_count)
    suspicion = max(_value(low_price(c)), _value(misspelling(c)))
    told = f"{alike} other listings of the seller follow its title"
    return suspicion * alike / (alike + _EVEN_BATCH), told


def fair_dealer(c: Comparison) -> Found:
    """How surely the seller deals in genuine goods: it asks genuine prices for others of them."""
    record = c.seller_record
    if record is None:
        return Unavailable("the seller's other listings are not known")
    fair, cheap = record.fair_count, record.cheap_count
    share = max(0, fair - 2 * cheap) / (fair + _EVEN_FAIR)
    return share, f"{fair} other offers of the brand near the genuine price, {cheap} far below"


def _value(found: Found) -> float:
    return 0.0 if isinstance(found, Unavailable) else found[0]
