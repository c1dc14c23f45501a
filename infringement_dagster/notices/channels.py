"""The channels for notices and the fields that each of them requires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from infringement_dagster.domain.listing import Provider

Channel = Literal["amazon_report", "ebay_vero", "dmca", "dsa_art16"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)

Field = Literal[
    "rights_holder_name",
    "rights_holder_address",
    "rights_holder_email",
    "rights_holder_phone",
    "signatory",
    "trademark",
    "copyright_work",
    "listing_url",
    "listing_id",
    "listing_title",
    "seller",
    "explanation",
    "earlier_notices",
    "evidence",
]


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """A channel's title, its required fields, where it leads to and what its sender declares."""

    title: str
    providers: frozenset[Provider] | None  # None: every provider
    required: tuple[Field, ...]
    declarations: tuple[str, ...]
    forms: Mapping[Provider, str] = field(default_factory=dict)  # where a person sends it
    email: str | None = None  # which takes the notice as a letter


_CONTACT: Final[tuple[Field, ...]] = ("rights_holder_name", "rights_holder_email")
_GOOD_FAITH: Final = (
    "I have a good faith belief that the use described above is not authorised by the rights "
    "holder, its agent or the law."
)
_ACCURATE: Final = "The information in this notice is accurate and complete."
# As the marketplaces publish them; each asks for a log-in of its own before it shows the form.
_AMAZON: Final = "https://www.amazon.com/report/infringement"
_EBAY: Final = "https://www.ebay.com/sellercenter/ebay-for-business/verified-rights-owner-program"
_WALMART: Final = "https://brandportal.walmart.com/"
_GOOGLE: Final = "https://support.google.com/legal/troubleshooter/1114905"
_FORMS: Final = {
    "amazon": _AMAZON,
    "ebay": _EBAY,
    "walmart": _WALMART,
    "google_shopping": _GOOGLE,
}
_PERJURY: Final = (
    "Under penalty of perjury, I am the rights holder or authorised to act on its behalf."
)

RULES: Final[dict[Channel, ChannelRules]] = {
    "amazon_report": ChannelRules(
        "Amazon: report of infringement",
        frozenset({"amazon"}),
        (*_CONTACT, "trademark", "listing_id", "listing_url", "explanation"),
        (_GOOD_FAITH, _PERJURY),
        {"amazon": _AMAZON},
    ),
    "ebay_vero": ChannelRules(
        "eBay VeRO: notice of claimed infringement",
        frozenset({"ebay"}),
        (
            *_CONTACT,
            "rights_holder_address",
            "rights_holder_phone",
            "signatory",
            "trademark",
            "listing_id",
            "explanation",
        ),
        (_GOOD_FAITH, _PERJURY),
        {"ebay": _EBAY},
        "vero@ebay.com",
    ),
    # 17 U.S.C. 512(c)(3)(A): signature, work, material and its place, contact, two statements
    "dmca": ChannelRules(
        "DMCA notice, 17 U.S.C. 512(c)(3)",
        None,
        (
            *_CONTACT,
            "rights_holder_address",
            "rights_holder_phone",
            "signatory",
            "copyright_work",
            "listing_url",
            "explanation",
        ),
        (_GOOD_FAITH, _ACCURATE, _PERJURY),
        _FORMS,
    ),
    # Regulation (EU) 2022/2065, Article 16(2): reasons, exact place, name and e-mail, good faith
    "dsa_art16": ChannelRules(
        "Notice under Article 16 of the Digital Services Act",
        None,
        (*_CONTACT, "listing_url", "explanation"),
        ("I confirm my bona fide belief that this notice is accurate and complete.",),
        _FORMS,
    ),
}


def channels_for(provider: Provider) -> tuple[Channel, ...]:
    """The channels through which a listing of the provider can be reported."""
    return tuple(
        channel
        for channel in CHANNELS
        if RULES[channel].providers is None or provider in (RULES[channel].providers or ())
    )


def channels_of(providers: Iterable[Provider]) -> tuple[Channel, ...]:
    """The channels through which listings of at least one of the providers can be reported."""
    possible = {channel for provider in providers for channel in channels_for(provider)}
    return tuple(channel for channel in CHANNELS if channel in possible)
