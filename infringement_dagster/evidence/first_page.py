"""The first page of a bundle: what a lawyer reads in two minutes, the same as HTML and as PDF."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.client import RightsHolder
from infringement_dagster.domain.score import NotRecorded, Region
from infringement_dagster.evidence.captures import ShownCapture, ShownReference
from infringement_dagster.evidence.purchase import BundledPurchase
from infringement_dagster.evidence.screenshot import BundledScreenshot
from infringement_dagster.evidence.signal_sentences import sentences

PHOTOS_MAX: Final = 6  # beside those that are compared
COMPARED_MAX: Final = 3
_DECISIONS: Final[Mapping[Decision, str]] = {
    "infringing": "infringing",
    "not_infringing": "not infringing",
    "unsure": "left open",
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "counterfeit": "what arrived is a counterfeit",
    "genuine": "what arrived is genuine",
    "not_as_described": "what arrived is not what the listing describes",
    "not_delivered": "nothing arrived",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the case, and who took it."""

    at: datetime
    decision: Decision
    by: str
    reason: str  # empty where none was given
    takes_back: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything about a case that its frozen copies do not say."""

    case_id: str
    client_name: str
    marketplace: str
    rights_holder: RightsHolder | None
    decisions: Sequence[Decided]


@dataclass(frozen=True, slots=True)
class NoPhoto:
    """A frozen photo cannot be shown; the bundle holds it all the same."""

    reason: str


# By the name of the frozen file: a JPEG made of it.
PagePhotos = Mapping[str, bytes | NoPhoto]


@dataclass(frozen=True, slots=True)
class PagePhoto:
    """A photo with its caption; `region` is outlined."""

    name: str
    content: bytes | NoPhoto
    caption: str
    region: Region | None = None

    @property
    def address(self) -> str:
        """The photo itself as an address, so that the page needs no other file."""
        assert isinstance(self.content, bytes)
        return f"data:image/jpeg;base64,{base64.b64encode(self.content).decode()}"

    @property
    def missing(self) -> str:
        """Why it is not shown; empty where it is."""
        return self.content.reason if isinstance(self.content, NoPhoto) else ""


@dataclass(frozen=True, slots=True)
class PurchaseSection:
    """A test purchase on the page, with photos of what arrived."""

    title: str
    facts: Sequence[tuple[str, str]]
    photos: Sequence[PagePhoto]


@dataclass(frozen=True, slots=True)
class FirstPage:
    """Everything on the page, in its order."""

    title: str
    in_short: str
    facts: Sequence[tuple[str, str]]
    compared: Sequence[tuple[PagePhoto, ...]]  # side by side
    others: Sequence[PagePhoto]
    speaks_for: Sequence[str]
    speaks_against: Sequence[str]
    decisions: Sequence[str]
    checking: Sequence[str]
    made_at: datetime  # of the newest capture
    whole_page: PagePhoto | None = None  # the listing's page as it was rendered
    purchases: Sequence[PurchaseSection] = ()


def wanted_photos(captures: Sequence[ShownCapture]) -> list[str]:
    """The names of the frozen photos that the page shows, each once."""
    newest = captures[-1]
    compared = [name for match in _matches(newest) for name in _both(match)]
    words = [words.read_name for words in newest.words if words.read_name]
    return list(dict.fromkeys([*compared, *words, *newest.photos[:PHOTOS_MAX]]))


def newest_screenshot(screenshots: Sequence[BundledScreenshot]) -> BundledScreenshot | None:
    """The screenshot of the page that is shown: the newest, else why there is none."""
    taken = [copy for copy in screenshots if copy.name is not None]
    return next(reversed(taken or screenshots), None)


def first_page(
    case: CaseFile,
    captures: Sequence[ShownCapture],
    photos: PagePhotos,
    screenshots: Sequence[BundledScreenshot] = (),
    purchases: Sequence[BundledPurchase] = (),
) -> FirstPage:
    """The page of the case's newest capture; all that is given is in order of number."""
    newest = captures[-1]
    compared = [*_pairs(newest, photos), *_read(newest, photos)]
    shown = {photo.name for row in compared for photo in row}
    others = [name for name in newest.photos[:PHOTOS_MAX] if name not in shown]
    signals = newest.facts["score"]["signals"]
    return FirstPage(
        title=f"Evidence of a listing on {case.marketplace}",
        in_short=_in_short(case, newest),
        facts=[*_facts(case, captures), *_screenshot_fact(screenshots)],
        compared=compared,
        others=[PagePhoto(name, photos[name], "Another photo of the listing") for name in others],
        speaks_for=list(sentences(signals, is_for=True)),
        speaks_against=list(sentences(signals, is_for=False)),
        decisions=[_decision(taken) for taken in case.decisions],
        checking=_CHECKING,
        made_at=_moment(newest.facts.get("captured_at")) or datetime.fromtimestamp(0, UTC),
        whole_page=_whole_page(screenshots, photos),
        purchases=[_purchase(bought, photos) for bought in purchases],
    )


def _purchase(bought: BundledPurchase, photos: PagePhotos) -> PurchaseSection:
    shown = bought.shown
    told = f"What arrived of order {plain(shown.order_number)}"
    return PurchaseSection(
        f"Test purchase: order {plain(shown.order_number)}",
        list(_purchase_facts(bought)),
        [PagePhoto(name, photos[name], told) for name in bought.photos],
    )


def _purchase_facts(bought: BundledPurchase) -> Iterator[tuple[str, str]]:
    shown = bought.shown
    yield "Ordered", f"{shown.ordered_on:%-d %B %Y}"
    yield "Paid", plain(f"{shown.amount} {shown.currency}")
    yield "Outcome", _OUTCOMES.get(shown.outcome, plain(shown.outcome))
    if shown.finding:
        yield "Finding", plain(shown.finding)
    if shown.note:
        yield "Note", plain(shown.note)
    yield "Recorded", f"by {plain(shown.recorded_by)} on {_utc(shown.recorded_at)}"
    yield "Concluded", f"by {plain(shown.concluded_by)} on {_utc(shown.concluded_at)}"
    if not bought.photos:
        yield "Photos", "none"


def _screenshot_fact(screenshots: Sequence[BundledScreenshot]) -> Iterator[tuple[str, str]]:
    newest = newest_screenshot(screenshots)
    if newest is None:
        return
    shown = newest.shown
    if newest.name is None:
        told = f"asked of {plain(shown.vendor)} on {_utc(shown.at)}; none could be taken: "
        yield "Screenshot of the page", told + plain(shown.reason)
    else:
        yield "Screenshot of the page", f"rendered by {plain(shown.vendor)} on {_utc(shown.at)}"


def _whole_page(screenshots: Sequence[BundledScreenshot], photos: PagePhotos) -> PagePhoto | None:
    newest = newest_screenshot(screenshots)
    if newest is None or newest.name is None:
        return None
    shown = newest.shown
    told = (
        f"{plain(shown.address)} as {plain(shown.vendor)} rendered it on {_utc(shown.at)}; "
        f"SHA-256 {shown.sha256}"
    )
    return PagePhoto(newest.name, photos[newest.name], told)


def _matches(capture: ShownCapture) -> list[ShownReference]:
    """The matches whose photo and reference are both frozen, each pair once, the surest first."""
    if isinstance(capture.references, NotRecorded):
        return []
    pairs: dict[tuple[str | None, str | None], ShownReference] = {}
    for found in capture.references:
        if found.is_match and found.photo_name and found.reference_name:
            key = found.photo_name, found.reference_name
            if key not in pairs or pairs[key].region is None:
                pairs[key] = found
    return list(pairs.values())[:COMPARED_MAX]


def _both(match: ShownReference) -> tuple[str, str]:
    assert match.photo_name  # else it is none of the matches
    assert match.reference_name
    return match.photo_name, match.reference_name


def _pairs(capture: ShownCapture, photos: PagePhotos) -> Iterator[tuple[PagePhoto, ...]]:
    for match in _matches(capture):
        photo, reference = _both(match)
        told = "Photo of the listing"
        if match.region is not None:
            told += "; outlined is where the client's photo is seen"
        yield (
            PagePhoto(reference, photos[reference], "The client's own photo"),
            PagePhoto(photo, photos[photo], told, match.region),
        )


def _read(capture: ShownCapture, photos: PagePhotos) -> Iterator[tuple[PagePhoto, ...]]:
    for words in capture.words:
        if words.read_name:
            read = words.read
            told = f"Photo of the listing; outlined are words that were read as {read.brand}"
            yield (PagePhoto(words.read_name, photos[words.read_name], told, read.region),)


def _in_short(case: CaseFile, newest: ShownCapture) -> str:
    facts, listing = newest.facts, newest.listing
    seller = listing.get("seller")
    offered = f", offered by {plain(seller['name'])}" if seller else ""
    price = f" for {_price(listing['price'])}" if listing.get("price") else ""
    return (
        f"On {_told(facts.get('captured_at'))} the listing “{plain(listing.get('title'))}” stood "
        f"on {case.marketplace}{offered}{price}. A program, {facts.get('software', 'unnamed')}, "
        f"read it for {plain(case.client_name)}, compared it with what the client had given, and "
        "kept the copies that this bundle holds. What it computes is a reason to look, not a "
        "finding; the decisions below are people's, or of rules that the client set."
    )


def _facts(case: CaseFile, captures: Sequence[ShownCapture]) -> Iterator[tuple[str, str]]:
    newest, first = captures[-1], captures[0]
    holder = case.rights_holder
    yield "Client", plain(case.client_name)
    if holder is not None:
        yield "Rights holder", ", ".join(filter(None, (plain(holder.name), plain(holder.address))))
    yield "Right", _right(holder)
    yield "Listing", plain(newest.listing.get("title"))
    yield "Where", f"{case.marketplace}, listing {plain(newest.facts.get('listing_id'))}"
    yield "Address", plain(newest.facts.get("url"))
    yield "Seller", plain((newest.listing.get("seller") or {}).get("name")) or "not told"
    yield "Price", _price(newest.listing["price"]) if newest.listing.get("price") else "not told"
    yield "Seen", _told(newest.facts.get("captured_at"))
    if first is not newest:
        yield "First captured", f"{_told(first.facts.get('captured_at'))}; {len(captures)} captures"
    yield "Why looked at", _why(newest)
    yield "Case", case.case_id


def _right(holder: RightsHolder | None) -> str:
    if holder is None or not (holder.trademarks or holder.copyright_works):
        return "none is named in the client's settings"
    marks = (f"trademark {mark.name}, {mark.office} {mark.number}" for mark in holder.trademarks)
    works = (f"copyright in {work}" for work in holder.copyright_works)
    return plain("; ".join((*marks, *works)))


def _why(capture: ShownCapture) -> str:
    score = capture.facts["score"]
    if capture.is_by_hand:
        return "a person flagged it"
    if capture.sampled_chance is not None:
        return f"drawn at random with a chance of {100 * capture.sampled_chance:.3g}%"
    return f"an estimated probability of {100 * score['probability']:.1f}% that it infringes"


def _decision(taken: Decided) -> str:
    verb = "Taken back to" if taken.takes_back else "Decided"
    said = f"{verb}: {_DECISIONS[taken.decision]}, by {plain(taken.by)} on {_utc(taken.at)}"
    return f"{said}. Reason given: “{plain(taken.reason)}”" if taken.reason else f"{said}."


_CHECKING: Final = (
    "The file as it was downloaded is checked with: infringement evidence verify BUNDLE.zip --key "
    "FINGERPRINT. It names any file that was changed. The fingerprint is the installation's own; "
    "ask for it on another way than this bundle.",
    "Without that program, after unpacking: sha256sum --check SHA256SUMS compares each file with "
    "its SHA-256, and openssl checks the signature SHA256SUMS.sig with public-key.pem.",
    "SHA256SUMS.tsr, where it is there, is the time stamp of a third party (RFC 3161): openssl ts "
    "-verify -data SHA256SUMS -in SHA256SUMS.tsr -CAfile ROOT.pem. Where it is not, "
    "no-time-stamp.txt says why.",
)


def _price(price: Mapping[str, Any]) -> str:
    low, high, currency = price["low"], price["high"], price["currency"]
    return f"{low} {currency}" if low == high else f"{low} to {high} {currency}"


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _told(text: object) -> str:
    moment = _moment(text)
    return "a time that was not recorded" if moment is None else _utc(moment)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %B %Y, %H:%M:%S} UTC"


def plain(text: object) -> str:
    """A stranger's text on one line, without characters that turn what stands around it."""
    shown = "" if text is None else str(text)
    return "".join(letter for letter in shown if unicodedata.category(letter) not in _UNSEEN)


_UNSEEN: Final = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
