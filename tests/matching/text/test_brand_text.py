from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.brand_text import BrandMatcher, BrandUse, use_of
from infringement_dagster.matching.text.lexicon import LANGUAGES, words_of_language
from infringement_dagster.matching.text.normal_text import look_alike, normal, plainly_written
from infringement_dagster.matching.text.spelling import disguise

BRANDS = (
    Brand("Veldora", aliases=("VLD Outdoor",), misspellings=("veldoora",), models=("Trailmax 40",)),
    Brand("Comfrt"),
    Brand("Oak & Finch"),
    Brand("Harbor", common_word=True, categories=("kettle",), models=("Tidewell",)),
)
MATCHER = BrandMatcher(BRANDS, false_hits=("Veldara",), languages=LANGUAGES)


def find(title: str, brand: str = "Veldora") -> BrandUse | None:
    return use_of(MATCHER.find(title), brand)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Veldora bottle", "exact"),
        ("steel bottle VELDORA® 32oz", "exact"),
        ("veldorá bottle", "exact"),
        ("VLD-Outdoor bottle", "alias"),
        ("Veldoora bottle", "known_misspelling"),
        ("V e l d o r a", "split"),
        ("Vel-dora bottle", "split"),
        ("Ve1d0ra bottle", "look_alike"),
        ("𝓥𝓮𝓵𝓭𝓸𝓻𝓪 bottle", "look_alike"),
        ("Vеldоrа bottle", "look_alike"),  # Cyrillic e, o, a
        ("Ⓥⓔⓛⓓⓞⓡⓐ", "look_alike"),
        ("ꓦꓰꓡꓓꓳꓣꓮ", "look_alike"),
        ("Vel\u200bdora bottle", "look_alike"),
        ("\u202earodleV", "look_alike"),
        ("V*ldora bottle", "masked"),
        ("Veldroa bottle", "misspelt"),
        ("Trailmax 40 bottle", "model"),
    ],
)
def test_finds_the_brand_in_every_guise(title: str, kind: str) -> None:
    use = find(title)
    assert use is not None
    assert use.kind == kind
    assert use.strength >= 0.5


@pytest.mark.parametrize("title", ["", "garden hose", "Veldara bottle", "new bottle", "☃" * 50])
def test_finds_nothing_where_nothing_is(title: str) -> None:
    assert find(title) is None


def test_a_real_word_one_edit_away_is_no_hit_on_its_own() -> None:
    word, invented = find("Comfort hoodie", "Comfrt"), find("Cmfrt hoodie", "Comfrt")
    assert invented is not None
    assert invented.strength > 0.7
    assert word is None or word.strength < 0.4


def test_names_of_two_words_are_found_misspelt() -> None:
    for title in ("Oak & Finsh chair", "oakfinch chair", "Oka & Finch chair"):
        use = find(title, "Oak & Finch")
        assert use is not None, title
        assert use.strength >= 0.5


def test_a_common_word_needs_context() -> None:
    alone, meant = find("harbor view poster", "Harbor"), find("Harbor kettle 1 l", "Harbor")
    assert alone is not None
    assert meant is not None
    assert alone.strength < 0.5 <= meant.strength


@pytest.mark.parametrize(
    "title",
    [
        "case for Veldora bottle",
        "lid compatible with Veldora",
        "Deckel kompatibel mit Veldora",
        "Ersatzdeckel für Veldora Flasche",
        "couvercle compatible avec Veldora",
        "housse pour Veldora",
        "tapa compatible con Veldora",
        "funda para Veldora",
        "coperchio compatibile con Veldora",
        "ricambio per Veldora",
        "Veldora compatible lid",
    ],
)
def test_a_mere_mention_is_nominative(title: str) -> None:
    use = find(title)
    assert use is not None
    assert use.nominative >= 0.9
    assert use.phrase


@pytest.mark.parametrize(
    "title",
    [
        "Veldora bottle for men",
        "bottle for kids by Veldora",
        "Veldora lid",
        "Perfect for running Veldora shoes",
        "Great for trekking Veldora boots",
        "Fits true to size Veldora hoodie",
        "dupe for Veldora bottle",
        "replica, fits Veldora lovers",
    ],
)
def test_a_claim_is_not_nominative(title: str) -> None:
    use = find(title)
    assert use is not None
    assert use.nominative == 0


def test_many_titles_say_the_same_as_one_by_one() -> None:
    titles = ["Veldroa bottle", "case for Veldora", "nothing here", "Oka & Finch", ""]
    assert MATCHER.find_many(titles) == [MATCHER.find(title) for title in titles]


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_never_raises_and_stays_in_range(title: str) -> None:
    for use in MATCHER.find(title):
        assert 0 < use.strength <= 1
        assert 0 <= use.nominative <= 1
        assert use.matched_text


@given(st.text())
def test_normalising_twice_changes_nothing_but_what_it_uncovers(text: str) -> None:
    once = normal(text)
    assert once == " ".join(once.split())
    assert normal(once) == normal(normal(once))
    assert isinstance(plainly_written(text), str)


@pytest.mark.parametrize(
    ("text", "other"), [("バッグ", "ハック"), ("กี", "กา"), ("हिन्दी", "हनद"), ("나이키", "나이기")]
)
def test_marks_are_letters_where_they_are_no_accents(text: str, other: str) -> None:
    assert normal(text) != normal(other)
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Crème Ŝ é", "creme s e"),
        ("Nikeスニーカー", "nike スニーカー"),
        ("чехолNike", f"{normal('чехол')} nike"),
        ("Ｎｉｋｅ ｶﾞ", "nike ガ"),
        ("Nike®headphones", "nike headphones"),
        ("لـ Nike", "ل nike"),
    ],
)
def test_normalising_keeps_words_apart(text: str, folded: str) -> None:
    assert normal(text) == folded


WORDS = st.text(string.ascii_lowercase, min_size=3, max_size=12)


@given(WORDS, WORDS)
def test_a_disguise_weakens_with_every_edit(key: str, word: str) -> None:
    edits = OSA.distance(key, word)
    near = disguise(key, word, edits, max(edits, 1))
    far = disguise(key, word, edits + 1, max(edits, 1) + 1)
    if near is not None and far is not None and edits:
        assert far[1] <= near[1]
    if near is None:
        assert far is None


@given(WORDS)
def test_look_alike_is_one_spelling(word: str) -> None:
    assert look_alike(word.replace("l", "1")) == look_alike(word)
    assert look_alike(word.replace("o", "0")) == look_alike(word)


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "cannon"), ("de", "flasche"), ("fr", "bouteille"), ("es", "botella"), ("it", "borsa")],
)
def test_everyday_words_of_each_language(language: str, word: str) -> None:
    known = next(words_of_language(code).everyday for code in LANGUAGES if code == language)
    assert word in known
    assert "veldora" not in known


def test_ten_thousand_strange_strings_do_not_raise() -> None:
    draw = random.Random(4)
    ranges = ((0, 0x80), (0x80, 0x2000), (0x2000, 0x3000), (0xD800, 0xE000), (0x1D400, 0x1F300))
    for _ in range(10_000):
        low, high = draw.choice(ranges)
        noise = "".join(chr(draw.randrange(low, high)) for _ in range(draw.randrange(12)))
        for use in MATCHER.find(f"{noise} veldora{noise}"):
            assert 0 < use.strength <= 1
