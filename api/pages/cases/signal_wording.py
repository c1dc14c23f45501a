"""Signals in words that a brand manager understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.languages.words import gettext, translated
from infringement_dagster.domain.further_hash import is_further_hash
from infringement_dagster.domain.score import (
    MATCH_MIN,
    MEASURED_SIGNALS,
    TELLING_MIN,
    Score,
    Signal,
    Unavailable,
)

_DOUBTFUL_MIN = 0.15  # sure is a value from `MATCH_MIN`, as for outlines: no two disagree
_STRONG_MIN = 1.5  # log-odds: a factor of 4.5


@dataclass(frozen=True, slots=True)
class SignalWords:
    """How a signal is called, briefly where there is no room, and what its values mean."""

    name: str
    short: str
    sure: str
    doubtful: str
    absent: str


SIGNAL_WORDS: Final = {
    "brand_use": SignalWords(
        "Brand in the title",
        "names brand",
        "The title names your brand.",
        "Words in the title may mean your brand.",
        "No clear use of your brand was found in the title.",
    ),
    "misspelling": SignalWords(
        "Disguised spelling",
        "disguised name",
        "Your brand is misspelt or written in look-alike letters.",
        "The spelling may be a disguise of your brand.",
        "No clear disguise of your brand was found.",
    ),
    "image_hash": SignalWords(
        "Same photo",
        "same photo",
        "A photo, whole or without its border, is one of yours.",
        "A photo resembles one of yours.",
        "No photo, whole or without its border, was recognised as one of yours.",
    ),
    "image_local": SignalWords(
        "Your photo inside",
        "photo inside",
        "One of your photos is part of a photo.",
        "A part of a photo resembles one of yours.",
        "No photo of yours was recognised inside a photo.",
    ),
    "stolen_photo": SignalWords(
        "Your photo, another name",
        "copied photo",
        "Your photo sells something that does not bear your name.",
        "Your photo may sell something that does not bear your name.",
        "No photo of yours was found under another name.",
    ),
    "brand_in_photo": SignalWords(
        "Your name in a photo",
        "name in photo",
        "A photo shows your brand, of which the title keeps quiet.",
        "Words in a photo may be your brand.",
        "No brand of yours was read in a photo that the title does not name.",
    ),
    "logo_in_photo": SignalWords(
        "Your logo in a photo",
        "logo in photo",
        "A photo shows your logo, and the title does not name you.",
        "A part of a photo resembles your logo.",
        "No logo of yours was seen in a photo whose title does not name you.",
    ),
    "keyword_squat": SignalWords(
        "Your name, another product",
        "name misused",
        "Your name is a lure for something else: a hashtag, a list of makers, a dupe.",
        "Your name may be a lure for something else.",
        "No clear use of your name for another product was found.",
    ),
    "low_price": SignalWords(
        "Low price",
        "low price",
        "The price is far below what the genuine product costs.",
        "The price is below what the genuine product costs.",
        "The price is not clearly below the genuine one, or something explains it.",
    ),
    "fraud_terms": SignalWords(
        "Replica wording",
        "replica wording",
        "The listing itself admits a copy.",
        "The listing may admit a copy.",
        "No clear words that admit a copy were found.",
    ),
    "hidden_brand": SignalWords(
        "Your name out of sight",
        "hidden name",
        "The description or brand field claims your brand; the title hides it.",
        "Only the description or brand field may mean your brand.",
        "No clear sign was found that your brand is hidden outside the title.",
    ),
    "brand_denied": SignalWords(
        "Brand field contradicts",
        "denied brand",
        "The title claims your brand, the brand field denies it.",
        "The brand field leaves open what the title claims.",
        "No clear contradiction in the brand field was found.",
    ),
    "false_reference": SignalWords(
        "False 'fits'",
        "false 'fits'",
        "Words of compatibility or of a genuine part cover a whole copy.",
        "Words of compatibility may cover a copy.",
        "No clear words of compatibility that cover a copy were found.",
    ),
    "photo_of_accessory": SignalWords(
        "Your photo, an accessory",
        "accessory photo",
        "Your own photo sells an accessory of somebody else.",
        "Your photo may sell an accessory of somebody else.",
        "No photo of yours was found on an accessory.",
    ),
    "shared_photo": SignalWords(
        "Photo goes round",
        "shared photo",
        "Several sellers show the same photo, here or in other scans and marketplaces.",
        "At least one other seller shows the same photo.",
        "No clear sign was found that your product's photo goes round among sellers.",
    ),
    "copy_hints": SignalWords(
        "Words of evasion",
        "evasive words",
        "It says what no dealer in genuine goods needs to: no invoice, label removed.",
        "It may hint at a copy: no invoice, label removed.",
        "No words that only sellers of copies need were held against it.",
    ),
    "grey_market": SignalWords(
        "Another market",
        "other market",
        "It says that it is meant for another market.",
        "It may be meant for another market.",
        "No clear words of another market were found.",
    ),
    "relisting": SignalWords(
        "Offered again",
        "relisted",
        "It repeats an offer that was found infringing.",
        "It repeats words or the photo of an offer that was found infringing.",
        "No clear repeat of an offer that was found infringing was found.",
    ),
    "clean_history": SignalWords(
        "Seller's good past",
        "good past",
        "Decided listings of the seller were lawful.",
        "Some decided listings of the seller were lawful.",
        "The seller's decided listings do not clearly speak for it.",
    ),
    "fair_dealer": SignalWords(
        "Deals at genuine prices",
        "fair dealer",
        "The seller asks genuine prices for your other products.",
        "The seller asks a genuine price for another product of yours.",
        "The seller's other offers do not clearly speak for it.",
    ),
    "seller_history": SignalWords(
        "Seller's past",
        "seller's past",
        "Most decided listings of the seller were infringing.",
        "Some decided listings of the seller were infringing.",
        "Few or none of the seller's decided listings were infringing.",
    ),
    "batch_template": SignalWords(
        "Mass listing",
        "mass listing",
        "The seller offers many listings of this pattern.",
        "The seller offers some listings of this pattern.",
        "No suspicious series of the seller's listings was found.",
    ),
    "nominative": SignalWords(
        "Only refers to you",
        "only refers",
        "It is offered as fitting your product, which is lawful.",
        "It may only refer to your product, which is lawful.",
        "No clear words that only refer to your product were found.",
    ),
    "used_condition": SignalWords(
        "Condition",
        "condition",
        "Its condition explains a low price.",
        "Its condition may explain a low price.",
        "Nothing about its condition explains a low price.",
    ),
    "allowed": SignalWords(
        "On your allow list",
        "allowed",
        "You allow this seller or listing.",
        "You may allow this seller or listing.",
        "Neither seller nor listing is on your allow list.",
    ),
}


@dataclass(frozen=True, slots=True)
class ShownSignal:
    """A signal as a row of the case page."""

    words: SignalWords
    value: float | None
    said: str  # what was found, or why nothing could be
    contribution: float
    is_measured: bool  # `said` are figures of the comparison of photos, for whoever asks

    @property
    def meaning(self) -> str:
        """The signal's value as a sentence."""
        if self.value is None:
            return gettext("Could not be compared.")
        if self.value >= MATCH_MIN:
            return translated(self.words.sure)
        return translated(self.words.doubtful if self.is_found else self.words.absent)

    @property
    def effect(self) -> str:
        """The signal's effect on the probability, in words."""
        if not self.is_telling:
            return gettext("no effect")
        if abs(self.contribution) >= _STRONG_MIN:
            strong = gettext("strong sign of infringement")
            return strong if self.contribution > 0 else gettext("strong sign against infringement")
        weak = gettext("weak sign of infringement")
        return weak if self.contribution > 0 else gettext("weak sign against infringement")

    @property
    def is_found(self) -> bool:
        """Whether what it looks for was found, surely or not."""
        return self.value is not None and self.value >= _DOUBTFUL_MIN

    @property
    def is_telling(self) -> bool:
        """Whether it moves the probability."""
        return abs(self.contribution) >= TELLING_MIN


def words_of(name: str) -> SignalWords:
    """The words for a signal; its own name for one that has none yet."""
    if name in SIGNAL_WORDS:
        return SIGNAL_WORDS[name]
    if is_further_hash(name):
        return _words_of_hash(name)
    return SignalWords(name, name, "Found.", "Found unsurely.", "Absent.")


def _words_of_hash(name: str) -> SignalWords:
    return SignalWords(
        gettext("Same photo by %(name)s", name=name),
        name,
        gettext("By %(name)s a photo is very near to one of yours.", name=name),
        gettext("By %(name)s a photo resembles one of yours.", name=name),
        gettext("By %(name)s no photo is near one of yours.", name=name),
    )


def shown_signals(score: Score | None) -> list[ShownSignal]:
    """The score's signals as people read them, the strongest first."""
    shown = [shown_signal(signal) for signal in score.signals] if score else []
    return sorted(shown, key=lambda item: (item.value is None, -abs(item.contribution)))


def shown_signal(signal: Signal) -> ShownSignal:
    """The signal as people read it."""
    words = words_of(signal.name)
    if isinstance(signal.value, Unavailable):
        return ShownSignal(words, None, signal.value.reason, signal.contribution, is_measured=False)
    is_measured = signal.name in MEASURED_SIGNALS or is_further_hash(signal.name)
    return ShownSignal(words, signal.value, signal.explanation, signal.contribution, is_measured)
