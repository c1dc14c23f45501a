"""Reads a config document that a person or program wrote, with errors that teach."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from infringement_dagster.clients.config_brands import BrandDocument
from infringement_dagster.clients.config_part import (
    MEMBERS_MAX,
    NUMBER,
    STORED,
    Many,
    Part,
    Some,
    Term,
    few_members,
)
from infringement_dagster.clients.config_photos import ListingPhotosDocument, TextInPhotosDocument
from infringement_dagster.clients.config_rights_holder import RightsHolderDocument
from infringement_dagster.clients.config_rules import Rules
from infringement_dagster.clients.config_searches import Searches
from infringement_dagster.clients.place_faults import faults_of
from infringement_dagster.domain import further_hash
from infringement_dagster.domain.client import (
    Calibration,
    ClientConfig,
    KeyPointPolicy,
    Sampling,
    Schedule,
    Thresholds,
)
from infringement_dagster.domain.errors import PermanentError, ProblemKind

ERRORS_MAX = 20  # named of one document
FURTHER_MAX = 8  # hashes beside our own; each costs every photo 5 to 150 ms
SCREENSHOT_CREDITS_MAX = 100  # the dearest documented page costs 75


def _known_hash(name: str) -> str:
    further_hash.further_hash(name)
    return name


Weight = Annotated[float, Field(ge=0, le=10), NUMBER]
HashName = Annotated[
    str,
    StringConstraints(max_length=60),
    AfterValidator(_known_hash),
    Field(
        description="An algorithm of the library imagehash, its size behind it where it is another",
        examples=["whash", "average_hash_16"],
        json_schema_extra={"pattern": further_hash.name_pattern()},
    ),
]
Weekday = Literal["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_WEEKDAYS = get_args(Weekday)  # cron counts from Sunday, 0
# Five fields of numbers, ranges, lists and steps; whether such a day exists is seen when it is due.
_CRON = r"^[0-9*,/-]+( [0-9*,/-]+){4}$"


class BadClientConfig(PermanentError):
    """The document breaks the rules; the message lists each field and what it should be."""

    problem = ProblemKind(422, "bad-config", "The config is not valid", "Correct the fields named.")


class ThresholdsDocument(Part):
    """Probabilities from which a listing is reviewed or a notice may be drafted."""

    review: float = Field(0.5, gt=0, lt=1)
    """The probability, 0 to 1, from which a listing is shown to reviewers. Score: none."""
    notice_ready: float = Field(0.9, gt=0, lt=1)
    """The probability, 0 to 1, from which a notice may be drafted. Score: none."""

    @model_validator(mode="after")
    def _ordered(self) -> ThresholdsDocument:
        if self.notice_ready < self.review:
            raise ValueError(
                f"notice_ready ({self.notice_ready}) must not be below review ({self.review})"
            )
        return self


class SamplingDocument(Part):
    """How many listings below the review threshold are shown to reviewers all the same."""

    share: float = Field(0.02, ge=0, le=1)
    """The share of less suspicious listings that reviewers see all the same. Score: none."""
    least: int = Field(5, ge=0, le=1000)
    """The least number of them in a scan, where there are that many. Score: none."""


class ScheduleDocument(Part):
    """When scans start by themselves, such as `{"kind": "daily", "at": "03:30"}`."""

    kind: Literal["manual", "daily", "weekly", "cron"] = "manual"
    """How scans start: by hand (manual) or by themselves. Score: none."""
    at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "03:00"
    """The time of daily and weekly scans. Score: none."""
    weekday: Weekday = "monday"
    """The day of weekly scans. Score: none."""
    cron: Annotated[str, StringConstraints(pattern=_CRON, max_length=100)] | None = None
    """Five fields: minute, hour, day, month, weekday; for cron only. Score: none."""
    time_zone: Annotated[str, StringConstraints(max_length=64)] = "UTC"
    """The place whose clock is meant, by its IANA name. Score: none."""
    jitter_minutes: int = Field(0, ge=0, le=720)
    """The most minutes that a start may be put off, so that not all begin at once. Score: none."""

    @model_validator(mode="after")
    def _complete(self) -> ScheduleDocument:
        if (self.kind == "cron") != (self.cron is not None):
            raise ValueError('kind "cron" needs cron, such as "0 6 * * 1-5"; no other kind has it')
        if self.time_zone not in available_timezones():
            raise ValueError(f'{self.time_zone!r} is no time zone; use a name as "Europe/Berlin"')
        return self

    def to_schedule(self) -> Schedule:
        """The same as one cron expression."""
        hour, minute = (int(part) for part in self.at.split(":"))
        cron = {
            "manual": None,
            "daily": f"{minute} {hour} * * *",
            "weekly": f"{minute} {hour} * * {_WEEKDAYS.index(self.weekday)}",
            "cron": self.cron,
        }[self.kind]
        return Schedule(cron, self.time_zone, self.jitter_minutes)


class CalibrationDocument(Part):
    """A fit as `infringement calibrate --apply` writes it; not meant to be written by hand."""

    model: Term
    """The name and version of the fitted model. Score: a fit of another version is ignored."""
    shift: float = Field(ge=-20, le=20)
    """Added to all log-odds. Score: above 0 raises every probability."""
    scale: float = Field(gt=0, le=20)
    """Multiplies all log-odds. Score: below 1 draws every probability towards one half."""
    decisions: int = Field(ge=1)
    """The number of decisions it was fitted to. Score: none."""
    multipliers: dict[Term, Annotated[float, Field(gt=0, le=10), NUMBER]] = Field(
        default={}, max_length=100
    )
    """How much each signal counts, by its name, 1 where it is not. Score: above 1, more."""


class ClientConfigDocument(Part):
    """A client's settings as a JSON document."""

    brands: tuple[BrandDocument, ...] = Field(min_length=1, max_length=200)
    """The brands to protect. Score: what each of their fields says."""
    searches: Searches = Field(min_length=1, max_length=MEMBERS_MAX)
    """What to search for, by provider. Score: none; a provider left out is not scanned."""
    fraud_terms: Some = ()
    """Words that admit a copy, beside those known already. Score: a text with one is suspicious."""
    false_hits: Some = ()
    """Words that look like a brand of yours and are none. Score: none counts as a misspelling."""
    allowed_sellers: Many = ()
    """Names or ids of authorised sellers. Score: their listings are hardly ever flagged."""
    allowed_listing_ids: Many = ()
    """Ids of listings that are genuine. Score: they are hardly ever flagged."""
    weights: Annotated[dict[Term, Weight], BeforeValidator(few_members)] = Field(
        {}, max_length=MEMBERS_MAX
    )
    """How much each sign counts, by its name. Score: 0 leaves the sign out, 2 doubles it."""
    thresholds: ThresholdsDocument = ThresholdsDocument()
    """Probabilities from which something happens. Score: none."""
    sampling: SamplingDocument = SamplingDocument()
    """Listings below the threshold that reviewers see as well. Score: none, until `calibrate`."""
    schedule: ScheduleDocument = ScheduleDocument()
    """When scans start by themselves. Score: none."""
    key_points: KeyPointPolicy = "earned"
    """Whose photos get a second, slower look. Score: it finds cropped and edited copies."""
    further_hashes: tuple[HashName, ...] = Field((), max_length=FURTHER_MAX, fail_fast=True)
    """Further ways to compare photos, by imagehash. Score: each is a sign of its own name."""
    text_in_photos: TextInPhotosDocument = TextInPhotosDocument()
    """Reading of words in photos. Score: a brand that only a photo names counts too."""
    listing_photos: ListingPhotosDocument = ListingPhotosDocument()
    """Size and number of listings' photos. Score: more photos find more copies."""
    calibration: CalibrationDocument | None = None
    """The fit to decisions, by `infringement calibrate --apply`. Score: moves all probabilities."""
    rights_holder: RightsHolderDocument | None = None
    """In whose name notices are drafted. Score: none."""
    rules: Rules = ()
    """What is decided or flagged without a person, the first that holds acts. Score: none."""
    screenshot_credits_max: int = Field(0, ge=0, le=SCREENSHOT_CREDITS_MAX)
    """The most that a screenshot of a listing's page may cost; 0: none is taken. Score: none."""


def read_client_config(
    client_id: str, version: int, document: object, *, is_stored: bool = False
) -> ClientConfig:
    """The valid config of a document; raises `BadClientConfig` naming the first bad fields.

    In a stored one, searches at providers that were taken away since are left as they are.
    """
    try:
        context = STORED if is_stored else None
        read = ClientConfigDocument.model_validate(document, context=context)
    except ValidationError as error:
        found = islice(faults_of(error, ClientConfigDocument), ERRORS_MAX)
        problems = "; ".join(f"{_field(fault.pointer)}: {fault.message}" for fault in found)
        raise BadClientConfig(
            f"the config of client {client_id!r} is not valid: {problems}"
        ) from None
    return _to_config(version, read)


def _field(pointer: str) -> str:
    return pointer.removeprefix("/").replace("/", ".") or "document"


def _to_config(version: int, read: ClientConfigDocument) -> ClientConfig:
    return ClientConfig(
        version=version,
        brands=tuple(brand.to_brand() for brand in read.brands),
        searches={provider: search.to_search() for provider, search in read.searches.items()},
        fraud_terms=read.fraud_terms,
        false_hits=read.false_hits,
        allowed_sellers=read.allowed_sellers,
        allowed_listing_ids=read.allowed_listing_ids,
        weights=dict(read.weights),
        thresholds=Thresholds(read.thresholds.review, read.thresholds.notice_ready),
        sampling=Sampling(read.sampling.share, read.sampling.least),
        schedule=read.schedule.to_schedule(),
        key_points=read.key_points,
        further_hashes=further_hash.further_hashes(read.further_hashes),
        listing_photos=read.listing_photos.to_listing_photos(),
        text_in_photos=read.text_in_photos.to_text_in_photos(),
        calibration=_to_calibration(read.calibration),
        rights_holder=read.rights_holder.to_rights_holder() if read.rights_holder else None,
        rules=tuple(rule.to_rule() for rule in read.rules),
        screenshot_credits_max=read.screenshot_credits_max,
    )


def _to_calibration(read: CalibrationDocument | None) -> Calibration | None:
    if read is None:
        return None
    moved = dict(read.multipliers)
    return Calibration(read.model, read.shift, read.scale, read.decisions, moved)
