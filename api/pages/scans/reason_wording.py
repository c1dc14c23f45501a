"""Why items of a scan were left out, and what to do about it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.languages.words import marked, ngettext, translated

_AGAIN: Final = marked("Try the failed parts again.")
_OPERATOR: Final = marked("Tell your operator.")


@dataclass(frozen=True, slots=True)
class ReasonWording:
    """The reason in words; what to do, empty where nothing is lost or nothing helps."""

    meaning: str
    remedy: str = ""


REPEATED: Final = "repeated"
_OF_LISTINGS: Final = {
    REPEATED: ReasonWording("shown again on a page, often as an advertisement, and kept once"),
    "no_title": ReasonWording("without a readable title"),
    "no_listing_id": ReasonWording("without an id, as advertisements often are"),
    "another_listing": ReasonWording("whose own page was that of another one, so left unread"),
    "malformed": ReasonWording(
        "not in the form that the marketplace usually answers in", _OPERATOR
    ),
}
_OF_PAGES: Final = {
    "account_refused": ReasonWording(
        "not asked for, as the vendor refuses the account or its plan is used up",
        "Your operator has to see to the account; then try the failed parts again.",
    ),
    "quota_used_up": ReasonWording(
        "not asked for, as the vendor answers no more calls today",
        "Try the failed parts again tomorrow, or have your operator ask the vendor for more calls.",
    ),
    "request_refused": ReasonWording(
        "refused by the vendor, who will not answer this question",
        "Look at the search words and the marketplace in the config.",
    ),
    "above_price": ReasonWording(
        "not answered, as the vendor asks for more credits than were reserved", _AGAIN
    ),
    "credits_spent": ReasonWording(
        "not asked for, as the credits reserved for the scan were spent on answers that failed",
        _AGAIN,
    ),
    "target_blocked": ReasonWording("kept from the vendor by the marketplace", _AGAIN),
    "too_many_requests": ReasonWording("put off by the vendor as too many at once", _AGAIN),
    "vendor_failed": ReasonWording("not answered, as the vendor failed", _AGAIN),
    "timed_out": ReasonWording("not answered in time", _AGAIN),
    "unreachable": ReasonWording("not answered, as the vendor could not be reached", _AGAIN),
    "unreadable_answer": ReasonWording("answered with what could not be read", _OPERATOR),
    "not_found": ReasonWording("not there; a marketplace may show fewer pages than were asked for"),
    "provider_down": ReasonWording(
        "not asked for, as too many questions to this marketplace had failed before", _AGAIN
    ),
}
_OF_PHOTOS: Final = {
    "bytes_spent": ReasonWording(
        "beyond the megabytes that a scan may read", "Raise `listing_photos` in the config."
    ),
    "blank": ReasonWording("of one colour, which tells nothing"),
    "bad_url": ReasonWording("at an address that is none"),
    "forbidden_address": ReasonWording("at an address inside a private network, which is not read"),
    "not_found": ReasonWording("no longer there"),
    "refused": ReasonWording("refused by the server"),
    "server_error": ReasonWording("not shown, as the server failed", _AGAIN),
    "timed_out": ReasonWording("not loaded or not decoded in time", _AGAIN),
    "unreachable": ReasonWording("on a server that could not be reached", _AGAIN),
    "too_many_redirects": ReasonWording("behind too many redirections"),
    "too_large": ReasonWording("larger than is read"),
    "encoded": ReasonWording("sent in an encoding that was not asked for"),
    "empty": ReasonWording("sent without any content"),
    "not_an_image": ReasonWording("something other than a photo"),
    "truncated": ReasonWording("cut off before the end", _AGAIN),
    "unsupported": ReasonWording("in a format that is not read"),
    "crashed": ReasonWording("set aside, as decoding failed badly"),
}
_OF_ALL: Final = {
    "process_died": ReasonWording("set aside, as the process died at every try", _OPERATOR),
    "scorer_error": ReasonWording("not scored, as the scorer failed", _OPERATOR),
}
_WORDINGS: Final = {
    ("raw_listings", "skipped"): _OF_LISTINGS,
    ("raw_listings", "failed"): _OF_PAGES,
    ("image_hashes", "skipped"): _OF_PHOTOS,
    ("image_hashes", "failed"): _OF_PHOTOS,
}


def reason_in_words(asset: str, outcome: str, reason: str) -> ReasonWording:
    """The reason for the outcome of a step's items; its own name for one without words."""
    wordings = _OF_ALL | _WORDINGS.get((asset, outcome), {})
    found = wordings.get(reason) or ReasonWording(reason.replace("_", " "))
    return ReasonWording(translated(found.meaning), translated(found.remedy))


def items_in_words(asset: str, outcome: str, items: int) -> str:
    """The noun for so many items of a step; where reading failed, whole pages are missing."""
    if (asset, outcome) == ("raw_listings", "failed"):
        return ngettext("page", "pages", items)
    match asset:
        case "raw_listings":
            return ngettext("listing", "listings", items)
        case "image_hashes":
            return ngettext("photo", "photos", items)
        case "scores":
            return ngettext("score", "scores", items)
    return ngettext("case", "cases", items)
