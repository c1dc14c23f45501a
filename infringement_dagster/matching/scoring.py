"""From one listing and what its client told us to an explained probability of infringement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.client import ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Score, Unavailable
from infringement_dagster.matching import explained
from infringement_dagster.matching.basis import basis_of
from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.market import floor_of
from infringement_dagster.matching.photo_text import brand_in_photo, earning
from infringement_dagster.matching.photos import references as own_photos
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.photos.logos import LogoBank
from infringement_dagster.matching.reading import Reading, reader_of
from infringement_dagster.matching.scan_context import ALONE, Context
from infringement_dagster.matching.signals import Comparison, with_further
from infringement_dagster.matching.text.brand_text import BrandUse


@dataclass(frozen=True, slots=True)
class FirstLook:
    """First findings in a listing's title and photos, before key points are asked."""

    use: BrandUse | None
    photos: own_photos.PhotoLook
    reading: Reading | None = None
    logos: tuple[tuple[str, int], ...] = ()  # photo and logo that key points are to decide


class Scorer:
    """Scores listings of one client; prepared once from its config and references."""

    def __init__(
        self,
        config: ClientConfig,
        references: Iterable[Reference],
        combination: NoisyOr | None = None,
    ) -> None:
        """Combines signals as the config's calibration says, unless told otherwise."""
        self._config = config
        self.reader = reader_of(config)
        self._brands = {brand.name: brand for brand in config.brands}
        known = tuple(references)
        self._photos = own_photos.ReferencePhotos(known, config.further_hashes)
        self._logos = LogoBank(known, config.key_points)
        self._earning = earning.Earning(config.brands, config.text_in_photos.when)
        model = combination or combination_of(config.calibration)
        self._combination = with_further(model, config.further_hashes)

    def first_looks(
        self,
        shown: Sequence[tuple[Listing, Sequence[Photo]]],
        readings: Sequence[Reading] | None = None,
        known: KnownVerdicts | None = None,
    ) -> list[FirstLook]:
        """First findings of each listing; many at once cost a fifth of one by one.

        `readings` are the listings' own, where a scan has read them already; photos of which
        verdicts are `known` are not compared.
        """
        readings = readings or self.reader.read([listing for listing, _ in shown])
        looks = self._photos.looks([photos for _, photos in shown], known)
        return [
            FirstLook(reading.use, look, reading, self._logos.named(photos))
            for reading, look, (_, photos) in zip(readings, looks, shown, strict=True)
        ]

    def worth_key_points(self, look: FirstLook) -> tuple[tuple[str, str], ...]:
        """Photo and photo of a reference (both by SHA-256) that only key points can decide.

        Few, as corner points decide nearly all. The client's config may say never, or always: then
        each photo is also compared with the reference that its hashes are next to.
        """
        if self._config.key_points == "never":
            return ()
        pairs = look.photos.undecided
        if self._config.key_points == "always":
            pairs = tuple(dict.fromkeys((*pairs, *look.photos.nearest)))
        references = self._photos.references
        logos = tuple((photo_id, self._logos.photo_id(logo)) for photo_id, logo in look.logos)
        return (*((photo_id, references[pair].photo.photo_id) for photo_id, pair in pairs), *logos)

    def worth_reading(
        self, listing: Listing, photos: Sequence[Photo], look: FirstLook
    ) -> list[earning.WorthReading]:
        """The listing's photos that are worth reading for words, as the client's config says."""
        named = 0.0 if look.use is None else look.use.strength
        return self._earning.worth_reading(listing.title, named, photos, look.photos.admitted)

    def score(
        self,
        listing: Listing,
        photos: Sequence[Photo],
        context: Context = ALONE,
        look: FirstLook | None = None,
        key_points: Mapping[str, LocalFeatures] | None = None,
        read: brand_in_photo.ReadPhotos | None = None,
    ) -> Score:
        """The explained score; never raises for anything a listing may hold.

        `key_points` are those of `worth_key_points`, by SHA-256; `read` is the text of
        `worth_reading`.
        """
        look = look or self.first_looks([(listing, photos)])[0]
        seen = self._photos.seen_closely(look.photos, key_points or {})
        comparison = self._comparison(listing, context, look, seen, key_points or {}, read or {})
        whole, inside = self._photos.near(look.photos.hash_match), self._photos.seen(seen)
        basis = basis_of(comparison, whole, inside, self._photos.references)
        return explained.explained_score(comparison, self._combination, self._config.weights, basis)

    def probabilities_without_photos(
        self, listings: Sequence[Listing], readings: Sequence[Reading] | None = None
    ) -> Iterator[float]:
        """The probability of each listing by its row alone, as `score` gives it without photos.

        `readings` are the listings' own, where they are known.
        """
        looks = self.first_looks([(listing, ()) for listing in listings], readings)
        for listing, look in zip(listings, looks, strict=True):
            seen = self._photos.seen_closely(look.photos, {})
            comparison = self._comparison(listing, ALONE, look, seen, {}, {})
            yield explained.probability_of(comparison, self._combination, self._config.weights)

    def _comparison(
        self,
        listing: Listing,
        context: Context,
        look: FirstLook,
        seen: own_photos.Sighting | Unavailable | None,
        key_points: Mapping[str, LocalFeatures],
        read: brand_in_photo.ReadPhotos,
    ) -> Comparison:
        use, hash_match = look.use, look.photos.hash_match
        reference = self._photos.compared(look.photos, seen)
        return Comparison(
            listing,
            self._config,
            use,
            hash_match,
            self.floor(use, None if reference is None else reference.brand, listing.title),
            self._photos.match(seen),
            context.seller_record,
            look.reading,
            context.genuine,
            context.other_sellers_with_photo,
            look.photos.further,
            context.rates,
            context.relisting,
            brand_in_photo.brand_in_photos(
                self.reader.matcher, self._config.text_in_photos.when, read
            ),
            self._logos.seen(look.logos, key_points),
        )

    @property
    def references_digest(self) -> str:
        """Of the references as photos are compared with them."""
        return self._photos.digest

    @property
    def combination(self) -> NoisyOr:
        """The model by which signals are combined."""
        return self._combination

    def floor(self, use: BrandUse | None, shown: str | None, title: str = "") -> PriceFloor | None:
        """The floor of the brand used, else of the brand shown, else of the only brand.

        Where the brand's config gives one for the model that the title names, that one.
        """
        name = use.brand if use is not None else shown
        if name is None or name not in self._brands:
            only = next(iter(self._brands.values())) if len(self._brands) == 1 else None
            return None if only is None else floor_of(only, title)
        return floor_of(self._brands[name], title)
