"""Which parts of a config people edit as fields, and in which words they are asked for; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from infringement_dagster.clients.config_document import Weekday
from infringement_dagster.domain.client import ReadingPolicy
from infringement_dagster.domain.provider import SearchOption
from infringement_dagster.matching.signal_table import SIGNALS

FieldKind = Literal["line", "lines", "number", "flag", "choice", "trademarks"]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field; `path` is a JSON pointer below its section's."""

    path: str
    label: str
    kind: FieldKind = "line"
    hint: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionRule:
    """Fields that are shown together; `at` is the JSON pointer of what they are parts of."""

    at: str
    title: str
    fields: tuple[FieldRule, ...]
    key: str = ""  # the field without which the section is left out of the document


_LINES: Final = "one per line"
SETTINGS: Final = (
    SectionRule(
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
            FieldRule(
                "/further_hashes",
                "Further hashes of photos",
                "lines",
                "one per line, such as whash or average_hash_16",
            ),
        ),
    ),
    SectionRule(
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
            FieldRule("/at", "At", hint="such as 03:30"),
            FieldRule("/weekday", "On", "choice", "for weekly scans", get_args(Weekday)),
            FieldRule("/cron", "Cron", hint="for kind cron, such as 0 6 * * 1-5"),
            FieldRule("/time_zone", "Time zone", hint="default UTC"),
            FieldRule("/jitter_minutes", "Spread over minutes", "number", "default 0"),
        ),
    ),
    SectionRule(
        "/listing_photos",
        "Photos of listings",
        (
            FieldRule("/size_px", "Longer side in pixels", "number", "default 640"),
            FieldRule("/a_listing_at_most", "Photos per listing", "number", "default 12"),
            FieldRule("/megabytes_at_most", "Megabytes per scan", "number", "default 1000"),
        ),
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
    ),
)
SEARCH: Final = (
    FieldRule(
        "/queries",
        "Searches",
        "lines",
        "one per line; without any, this marketplace is not searched",
    ),
    FieldRule("/marketplace", "Country", hint="com, de, co.uk"),
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
    key="/name",
)
WEIGHTS: Final = SectionRule(
    "/weights",
    "Weights of signals",
    tuple(
        FieldRule(f"/{rule.name}", rule.name.replace("_", " "), "number", "default 1")
        for rule in SIGNALS
    ),
)
