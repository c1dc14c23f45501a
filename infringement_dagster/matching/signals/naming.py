"""Signals of the brand's name: whether, where, how and in which role a listing uses it."""

from __future__ import annotations

from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.signals.comparison import IDENTITY_MIN, Comparison, Found
from infringement_dagster.matching.text.brand_text import DISGUISES

_DISGUISE_KINDS = {"look_alike": 1.0, "masked": 1.0, "known_misspelling": 0.95, "split": 0.9}
_MAY_BE_ANOTHER = frozenset({"misspelt", "known_misspelling", "glued"})
_ORDINARY = 0.3  # "Low Tide" is no Lowtide
_OWN_PHOTO = 0.6  # another maker's name may be as near
_SECOND_HAND = 0.5  # a private person who sells something used may only have mistyped
_LIST_MIN = 2  # well-known makers beside the client
_SEARCH_LIST_MIN = 3  # of them in a description
_STYLE = 0.35  # "Acme style": both readings are open


def brand_use(c: Comparison) -> Found:
    """How surely the title uses a brand of the client, in whatever spelling."""
    if c.brand_use is None:
        return 0.0, "no brand of the client was found in the title"
    use = c.brand_use
    if c.own_mark is not None:
        return c.strength, f"'{use.matched_text}' is the maker's own name: {c.own_mark}"
    return c.strength, f"'{use.matched_text}' reads as {use.brand} ({use.kind.replace('_', ' ')})"


def misspelling(c: Comparison) -> Found:
    """How surely the brand is written in a disguise: copycats misspell, owners do not."""
    use = c.brand_use
    is_slip = c.reading is not None and c.reading.is_slip
    if use is None or (use.kind not in DISGUISES and not is_slip):
        return 0.0, "no disguised spelling of a brand was found"
    value = c.named * _DISGUISE_KINDS.get(use.kind, 1.0)
    told = f"'{use.matched_text}' is {use.brand} in disguise ({use.kind.replace('_', ' ')})"
    if c.reading is not None and c.reading.ordinary_words:
        return value * _ORDINARY, f"'{use.matched_text}' may be just those everyday words"
    if use.kind not in _MAY_BE_ANOTHER:
        return value, told
    if c.is_second_hand:
        return value * _SECOND_HAND, f"{told}; on something used it may be a slip"
    if use.kind == "misspelt" and c.has_photo and c.photo_shown < 0.5:
        return value * _OWN_PHOTO, f"{told}, or another maker's name: the photo is its own"
    return value, told


def nominative(c: Comparison) -> Found:
    """How surely the brand is only referred to, as in "case for": lawful, so it exonerates."""
    if c.brand_use is None:
        return Unavailable("the title names no brand of the client")
    use = c.brand_use
    if c.covers_copy:
        return 0.0, f"'{use.phrase}' stands after the product itself, not after an accessory"
    if c.about > use.nominative:
        return c.about, f"not a product of {use.brand}: {_about_phrase(c)}"
    if c.reading is not None and c.reading.fits and c.reference > use.nominative:
        return c.reference, f"'{c.reading.fits}' says that it fits {use.brand}"
    if use.nominative == 0 or c.reference == 0:
        return 0.0, f"no words were found that only refer to '{use.matched_text}'"
    return use.nominative, f"'{use.phrase}' before '{use.matched_text}' refers to {use.brand}"


def _about_phrase(c: Comparison) -> str:
    words = {} if c.reading is None else c.reading.title_words
    return f"'{words.get('about_brand') or words.get('voucher') or words.get('service')}'"


def keyword_squat(c: Comparison) -> Found:
    """How surely the name is only a lure: in a hashtag, a list of makers, "dupe", search words."""
    found = [
        use for use in (_lure(c), _listed(c), _hashtag(c), _searched(c), _other_mark(c)) if use
    ]
    return max(found, default=(0.0, "no use of the client's name as a lure was found"))


def _lure(c: Comparison) -> tuple[float, str] | None:
    """A dupe, an "Acme type", something "like Acme"."""
    if c.reading is None or c.strength <= 0 or c.reference >= 0.5:
        return None
    beside = c.reading.beside
    phrase = beside.get("lure_after") or beside.get("lure_before")
    likening = next((word for word in c.reading.replica if word.group == "likens"), None)
    if phrase is None and likening is not None:
        phrase = likening.phrase
    if phrase is not None:
        return 0.9 * c.strength, f"'{phrase}' beside the client's name: something else is sold"
    if "style" in beside:
        return _STYLE * c.strength, f"'{beside['style']}' beside the client's name"
    return None


def _listed(c: Comparison) -> tuple[float, str] | None:
    if c.reading is None or c.strength <= 0 or c.is_second_hand or c.reference >= 0.5:
        return None
    others = c.reading.other_brands
    if len(others) < _LIST_MIN:
        return None
    return 0.9 * c.strength, f"the client's name in a list with {', '.join(others)}"


def _hashtag(c: Comparison) -> tuple[float, str] | None:
    if c.reading is None or c.brand_use is None or c.reading.use_in_text is not None:
        return None
    return 0.95 * c.strength, "the client's name only in a hashtag"


def _searched(c: Comparison) -> tuple[float, str] | None:
    """The name only among search words of the description."""
    if c.reading is None or c.reading.use_in_description is None or c.strength > IDENTITY_MIN:
        return None
    many = len(c.reading.brands_in_description) >= _SEARCH_LIST_MIN
    if not many and "search_words" not in c.reading.description_words:
        return None
    return 0.9 * c.reading.use_in_description.strength, "the client's name among search words"


def _other_mark(c: Comparison) -> tuple[float, str] | None:
    """The client's name in the title of a seller that sells under its own."""
    if c.reading is None or c.reading.leading_mark is None or c.reference >= 0.5:
        return None
    if "comparison" in c.reading.title_words or c.strength <= 0:
        return None
    return 0.8 * c.strength, f"sold under the seller's own name {c.reading.leading_mark!r}"


def hidden_brand(c: Comparison) -> Found:
    """How surely the brand is kept out of the title and claimed in description or brand field."""
    if c.reading is None:
        return Unavailable("only the title was read")
    if c.strength > IDENTITY_MIN:
        return 0.0, "not hidden: the title itself names the brand"
    described = c.reading.use_in_description
    words = c.reading.description_words
    if described is not None and _searched(c) is None:
        surely = described.strength * (1 - described.nominative)
        if "same_as" in words:
            return described.strength, f"the description claims the brand: '{words['same_as']}'"
        return 0.7 * surely, f"only the description names {described.brand}"
    if c.reading.field == "client":
        return 0.3, "only the brand field names the client"
    return 0.0, "no brand of the client was found outside the title"


def brand_denied(c: Comparison) -> Found:
    """How surely the brand field denies what the title claims: "Unbranded", another maker."""
    if c.reading is None or c.reading.field == "empty":
        return Unavailable("no brand field")
    if c.named <= IDENTITY_MIN or c.reading.field == "client":
        return 0.0, "no contradiction in the brand field was found"
    if c.reading.field == "unbranded":
        return c.named, f"the brand field says {c.listing.brand!r}"
    if c.reading.field == "left_unsaid":
        return 0.3 * c.named, f"the brand field says {c.listing.brand!r}"
    return 0.7 * c.named, f"the brand field names another maker: {c.listing.brand!r}"


def false_reference(c: Comparison) -> Found:
    """How surely "for Acme" covers a whole copy, or a third party's part is called original."""
    if c.brand_use is None or c.reading is None:
        return Unavailable("the title names no brand of the client")
    if c.covers_copy:
        product = c.reading.product_before_reference
        return c.strength, f"'{product}' is the client's own product, not an accessory"
    if c.reading.field in ("unbranded", "other_maker") and _is_original_part(c):
        return 0.9 * c.strength, f"called original, made by {c.listing.brand!r}"
    return 0.0, "no words of reference that cover a copy were found"


def _is_original_part(c: Comparison) -> bool:
    words = {} if c.reading is None else c.reading.title_words
    return "genuine_claim" in words and ("small_goods" in words or "spare_part" in words)
