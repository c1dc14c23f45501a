"""From a decided case to a draft for one channel, or to the reasons why it is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.client import RightsHolder
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.listing import Provider
from infringement_dagster.notices.channels import RULES, Channel, Field, channels_for

HoldReason = Literal["missing_field", "below_notice_ready", "not_decided_infringing"]

_SET_IN_CONFIG: Final = "set rights_holder.{} in the client's config"
_WHERE: Final[dict[Field, str]] = {
    "rights_holder_name": _SET_IN_CONFIG.format("name"),
    "rights_holder_address": _SET_IN_CONFIG.format("address"),
    "rights_holder_email": _SET_IN_CONFIG.format("email"),
    "rights_holder_phone": _SET_IN_CONFIG.format("phone"),
    "signatory": _SET_IN_CONFIG.format("signatory"),
    "trademark": _SET_IN_CONFIG.format("trademarks"),
    "copyright_work": _SET_IN_CONFIG.format("copyright_works"),
    "listing_url": "the provider named no address",
    "listing_id": "the provider named no id",
    "listing_title": "the provider named no title",
    "seller": "the provider named no seller",
    "explanation": "give the reason with the decision or with the draft",
    "earlier_notices": "no channel has accepted a notice against this seller yet",
    "evidence": "scan again: the case has no evidence in the chain yet",
}


class WrongChannel(PermanentError):
    """The channel does not take notices about this provider's listings."""

    problem = ProblemKind(422, "wrong-channel", "Not through this channel", "Use one named above.")


@dataclass(frozen=True, slots=True)
class EarlierNotices:
    """Notices about other listings that channels accepted, by whose listings they were."""

    of_seller: int
    of_linked_sellers: int  # other sellers of the same actor
    last_of_seller_on: date | None  # None: there was none against the seller


NO_EARLIER_NOTICES: Final = EarlierNotices(0, 0, None)


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Facts that a draft is made of; an empty text is an absent fact."""

    provider: Provider
    listing_id: str
    listing_url: str
    listing_title: str
    seller: str
    probability: float
    notice_ready: float  # the client's threshold
    decision: Decision | None
    decision_reason: str
    grounds: tuple[str, ...]  # sentences without their stops
    evidence_sha256: str  # of the newest link
    rights_holder: RightsHolder | None
    earlier: EarlierNotices = NO_EARLIER_NOTICES


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason why a draft must not be sent yet, and what to do about it."""

    reason: HoldReason
    detail: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice before it is sent; it may be sent when nothing holds it."""

    channel: Channel
    fields: Mapping[Field, str]
    holds: tuple[Hold, ...]


def draft_notice(channel: Channel, facts: NoticeFacts) -> Draft:
    """The draft with every field that is known; raises WrongChannel."""
    if channel not in channels_for(facts.provider):
        possible = ", ".join(channels_for(facts.provider))
        raise WrongChannel(f"{channel} takes no listings of {facts.provider}; use {possible}")
    fields: dict[Field, str] = {name: text for name, text in _fields(facts).items() if text}
    holds = (*_guards(facts), *_missing(channel, fields))
    return Draft(channel, fields, holds)


def _guards(facts: NoticeFacts) -> Iterator[Hold]:
    if facts.decision != "infringing":
        yield Hold("not_decided_infringing", f"the decision is {facts.decision or 'still open'}")
    if facts.probability < facts.notice_ready:
        yield Hold(
            "below_notice_ready",
            f"probability {facts.probability:.3f} is below notice_ready {facts.notice_ready:g}: "
            "notices like it are often rejected, which costs the account's standing",
        )


def _missing(channel: Channel, fields: Mapping[Field, str]) -> Iterator[Hold]:
    for name in RULES[channel].required:
        if name not in fields:
            yield Hold("missing_field", f"{name} is missing: {_WHERE[name]}", name)


def _fields(facts: NoticeFacts) -> dict[Field, str]:
    holder = facts.rights_holder or RightsHolder("")
    marks = (
        f"{trademark.name}, {trademark.office} {trademark.number}"
        for trademark in holder.trademarks
    )
    return {
        "rights_holder_name": holder.name,
        "rights_holder_address": holder.address,
        "rights_holder_email": holder.email,
        "rights_holder_phone": holder.phone,
        "signatory": holder.signatory,
        "trademark": "; ".join(marks),
        "copyright_work": "; ".join(holder.copyright_works),
        "listing_url": facts.listing_url,
        "listing_id": facts.listing_id,
        "listing_title": facts.listing_title,
        "seller": facts.seller,
        "explanation": _explanation(facts),
        "earlier_notices": _earlier(facts.earlier),
        "evidence": facts.evidence_sha256,
    }


def _explanation(facts: NoticeFacts) -> str:
    """The reviewer's explanation; signals support it and are none by themselves."""
    if not facts.decision_reason:
        return ""
    return ". ".join((facts.decision_reason.rstrip("."), *facts.grounds)) + "."


def _earlier(earlier: EarlierNotices) -> str:
    """How often the seller infringed before; who is linked to it is said to be so by evidence."""
    said = []
    if earlier.of_seller and earlier.last_of_seller_on is not None:
        said.append(
            f"{_notices(earlier.of_seller)} accepted against this seller, the last on "
            f"{earlier.last_of_seller_on:%-d %B %Y}."
        )
    if earlier.of_linked_sellers:
        said.append(
            f"{_notices(earlier.of_linked_sellers)} accepted against sellers that our evidence "
            "links to this one."
        )
    return " ".join(said)


def _notices(count: int) -> str:
    return "1 earlier notice was" if count == 1 else f"{count} earlier notices were"
