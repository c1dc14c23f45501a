"""Which parts of a config people edit as fields, and in which words they are asked for; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from api.pages.languages.words import marked
from infringement_dagster.clients.config_document import Weekday
from infringement_dagster.domain.client import KeyPointPolicy, ReadingPolicy
from infringement_dagster.domain.provider import SearchOption
from infringement_dagster.matching.signal_table import SIGNALS

FieldKind = Literal[
    "line", "lines", "number", "flag", "choice", "importance", "trademarks", "floors"
]
Group = Literal["brands", "rights", "searches", "schedule", "flagged", "weights", "photos"]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field; `path` is a JSON pointer below its section's."""

    path: str
    label: str
    kind: FieldKind = "line"
    hint: str = ""
    choices: tuple[str, ...] = ()

    def shows(self, example: str) -> bool:
        """Whether the example says more than the field's own choices and hint do."""
        return self.kind in ("line", "number") and bool(example) and example not in self.hint

    def said(self, choice: str) -> str:
        """The choice as people read it."""
        return IMPORTANCE[choice] if self.kind == "importance" else choice


@dataclass(frozen=True, slots=True)
class SectionRule:
    """Fields that are shown together; `at` is the JSON pointer of what they are parts of."""

    at: str
    title: str
    fields: tuple[FieldRule, ...]
    group: Group
    key: str = ""  # the field without which the section is left out of the document
    name: str = ""  # of a section of the document itself, which no pointer names
    is_open: bool = False  # before anybody unfolds it

    @property
    def slug(self) -> str:
        """The section's name in addresses and for scripts."""
        return self.name or self.at.strip("/").replace("/", "-")


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Sections under one entry of the page's own navigation."""

    name: Group
    title: str
    about: str


GROUPS: Final = (
    GroupRule("brands", "Brands and products", "What you protect, and what it costs when genuine."),
    GroupRule("rights", "Rights holder and trademarks", "In whose name notices are written."),
    GroupRule("searches", "Searches", "Where to look, for what, and how far."),
    GroupRule("schedule", "Schedule", "When scans start by themselves."),
    GroupRule("flagged", "What is flagged", "From when on a listing is shown to reviewers."),
    GroupRule("weights", "Importance of signs", "What counts more for you, and what less."),
    GroupRule("photos", "Photos", "How many are compared, how closely, and what is read in them."),
)
_LINES: Final = marked("one per line")
IMPORTANCE: Final = {
    "0": "0: ignore it",
    "0.5": "0.5: counts half",
    "2": "2: counts double",
    "4": "4: counts four times",
}
SCHEDULE: Final = SectionRule(
    "/schedule",
    "Schedule",
    (
        FieldRule(
            "/kind",
            "Scans start",
            "choice",
            "manual (default)",
            ("manual", "daily", "weekly", "cron"),
        ),
        FieldRule("/at", "At", hint="default 03:00"),
        FieldRule("/weekday", "On", "choice", "monday (default)", get_args(Weekday)),
        FieldRule("/cron", "Cron"),
        FieldRule("/time_zone", "Time zone", hint="default UTC"),
        FieldRule("/jitter_minutes", "Spread over minutes", "number", "default 0"),
    ),
    "schedule",
)
FLAGGED: Final = SectionRule(
    "",
    "What is flagged",
    (
        FieldRule("/thresholds/review", "Review from", "number", "default 0.5"),
        FieldRule("/thresholds/notice_ready", "Notices from", "number", "default 0.9"),
        FieldRule("/sampling/share", "Share sampled below it", "number", "default 0.02"),
        FieldRule("/sampling/least", "Sampled at least, per scan", "number", "default 5"),
        FieldRule("/fraud_terms", "Words that admit a copy", "lines", _LINES),
        FieldRule("/false_hits", "Words that only look like a brand", "lines", _LINES),
        FieldRule("/allowed_sellers", "Authorised sellers", "lines", _LINES),
        FieldRule("/allowed_listing_ids", "Listings that are yours", "lines", _LINES),
    ),
    "flagged",
    name="flagged",
    is_open=True,
)
PHOTOS: Final = (
    SectionRule(
        "/listing_photos",
        "Photos of listings",
        (
            FieldRule("/size_px", "Longer side in pixels", "number", "default 640"),
            FieldRule("/a_listing_at_most", "Photos per listing", "number", "default 12"),
            FieldRule("/megabytes_at_most", "Megabytes per scan", "number", "default 1000"),
        ),
        "photos",
    ),
    SectionRule(
        "/text_in_photos",
        "Words in photos",
        (
            FieldRule(
                "/when",
                "Photos are read",
                "choice",
                "off (default); earned: listings that may mean you without naming you",
                get_args(ReadingPolicy),
            ),
            FieldRule("/photos_at_most", "New photos per scan", "number", "default 50"),
        ),
        "photos",
    ),
    SectionRule(
        "",
        "How photos are compared",
        (
            FieldRule(
                "/key_points",
                "Slower look",
                "choice",
                "earned (default): listings that are suspicious already",
                get_args(KeyPointPolicy),
            ),
            FieldRule("/further_hashes", "Further hashes of photos", "lines", _LINES),
        ),
        "photos",
        name="compared",
    ),
    SectionRule(
        "",
        "Screenshots of listings' pages",
        (FieldRule("/screenshot_credits_max", "Credits for one at most", "number", "default 0"),),
        "photos",
        name="screenshots",
    ),
)
SEARCH: Final = (
    FieldRule(
        "/queries",
        "Searches",
        "lines",
        "one per line; without any, this marketplace is not searched",
    ),
    FieldRule("/marketplace", "Country", hint="default com; de, co.uk"),
    FieldRule("/pages_max", "Pages per search", "number", "default 3"),
    FieldRule("/details_max", "Product pages per scan", "number", "default 10"),
    FieldRule("/details_credits_max", "Credits for them per scan", "number", "default: no limit"),
)


def vendor_rules(vendors: Sequence[str], photo_vendors: Sequence[str]) -> tuple[FieldRule, ...]:
    """Fields for who reads a provider, and for searches by photos where some of them can.

    None where there is nothing to choose.
    """
    first, *others = vendors
    if not others:
        return ()
    rules = [FieldRule("/vendor", "Read through", "choice", f"{first} (default)", tuple(vendors))]
    if photo_vendors:
        hint = f"default 0; {' or '.join(photo_vendors)}"
        rules.append(FieldRule("/photos_max", "Your photos searched by", "number", hint))
    return tuple(rules)


def option_rules(options: Mapping[str, SearchOption]) -> tuple[FieldRule, ...]:
    """A field for each of a provider's options."""
    return tuple(
        FieldRule(
            f"/options/{name}",
            option.title,
            "choice" if option.values else "line",
            "",
            option.values,
        )
        for name, option in options.items()
    )


BRAND: Final = (
    FieldRule("/name", "Name", hint="leave empty to remove the brand"),
    FieldRule("/price_floor/amount", "Lowest genuine price", hint="29.00"),
    FieldRule("/price_floor/currency", "Currency", hint="USD"),
    FieldRule("/common_word", "The name is an everyday word", "flag"),
    FieldRule("/aliases", "Other names", "lines", _LINES),
    FieldRule("/misspellings", "Known misspellings", "lines", _LINES),
    FieldRule("/models", "Models", "lines", _LINES),
    FieldRule(
        "/model_floors",
        "Lowest prices of single models",
        "floors",
        "one per line: model, price, currency, such as Trailjug 32, 44.00, USD",
    ),
    FieldRule("/categories", "Kinds of product", "lines", _LINES),
)
RIGHTS_HOLDER: Final = SectionRule(
    "/rights_holder",
    "Rights holder, for notices",
    (
        FieldRule("/name", "Name"),
        FieldRule("/address", "Address"),
        FieldRule("/email", "Email"),
        FieldRule("/phone", "Phone"),
        FieldRule("/signatory", "Who signs"),
        FieldRule(
            "/trademarks",
            "Registered trademarks",
            "trademarks",
            "one per line: name, number, office, such as ACME, 1234567, USPTO",
        ),
        FieldRule("/copyright_works", "Works under copyright", "lines", _LINES),
    ),
    "rights",
    key="/name",
)
WEIGHTS: Final = SectionRule(
    "/weights",
    "Weights of signals",
    tuple(
        FieldRule(
            f"/{rule.name}",
            rule.name.replace("_", " "),
            "importance",
            "1: as usual (default)",
            tuple(IMPORTANCE),
        )
        for rule in SIGNALS
    ),
    "weights",
)
