"""Brands glued to other words, inflected, short, or written in scripts other than Latin."""

from __future__ import annotations

import random
import string

import pytest

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.brand_text import DISGUISES, BrandMatcher, BrandUse, use_of
from infringement_dagster.matching.text.lexicon import LANGUAGES, language_of_marketplace

CUT = 0.4  # from here the scorer lets price and terms count
NAMES = ("Nike", "Nikon", "Veldora", "Adidas", "Comfrt", "Zuvo", "Tavrin", "Garmin", "Philips")
LATIN = BrandMatcher([Brand(name) for name in NAMES], languages=LANGUAGES)
LOCAL_BRANDS = (
    Brand("Sumikaze", aliases=("スミカゼ", "澄風", "Сумиказе")),
    Brand("Veldora", aliases=("ベルドラ", "维多拉", "벨도라", "فيلدورا", "Вельдора")),
    Brand("Kobelt", aliases=("コベルト", "科贝", "코벨트", "كوبلت", "Кобельт")),
)
LOCAL = BrandMatcher(LOCAL_BRANDS)
GLUED = (
    "#{0}", "#{0}shoes", "#x{0}", "www.{0}-outlet.com shoes", "www.{0}shop.com", "x{0}shoes cheap",
    "{0}X200 camera", "{0}®headphones", "the{0}store hoodie", "buy{0}online", "{0}2024 new",
    "my{0}bag", "{0}_hoodie", "hoodie #cheap{0} #sale", "official{0}", "new{0}hoodie", "{0}d5300",
)  # fmt: skip
SPACED_OR_GLUED = {
    "ja": ("{0} ランプ", "{0}ランプ", "新品{0}バッグ", "【{0}】時計", "送料無料{0}スニーカー"),
    "zh": ("{0} 包", "{0}女包", "正品{0}运动鞋", "新款{0}鞋"),
    "ko": ("{0} 운동화", "{0}운동화", "정품{0}가방", "{0}의 신발"),
    "ar": ("حذاء {0}", "حذاء{0}", "ال{0} حذاء", "حذاء {0} جديد"),
    "ru": ("{0} сумка", "сумка {0}", "сумка{0}", "{0}сумка", "новая{0}"),
}
ALIASES = {
    "ja": ("スミカゼ", "ベルドラ", "コベルト"),
    "zh": ("澄風", "维多拉", "科贝"),
    "ko": ("벨도라", "코벨트"),
    "ar": ("فيلدورا", "كوبلت"),
    "ru": ("Сумиказе", "Вельдора", "Кобельт"),
}


def strongest(matcher: BrandMatcher, title: str) -> BrandUse:
    uses = matcher.find(title)
    assert uses, f"no brand in {title!r}"
    return uses[0]


def test_nine_in_ten_glued_brands_are_found() -> None:
    titles = [(name, form.format(name.lower())) for name in NAMES for form in GLUED]
    uses = [(title, use_of(LATIN.find(title), name)) for name, title in titles]
    missed = [title for title, use in uses if use is None or use.strength < CUT]
    assert len(missed) <= 0.1 * len(titles), missed


@pytest.mark.parametrize("language", ALIASES)
def test_a_clients_own_alias_is_found_spaced_or_glued_and_is_no_disguise(language: str) -> None:
    for alias in ALIASES[language]:
        for form in SPACED_OR_GLUED[language]:
            use = strongest(LOCAL, form.format(alias))
            assert use.strength >= CUT, form.format(alias)
            assert use.kind not in DISGUISES, (form.format(alias), use.kind)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("N*i*k*o*n camera", "masked"),
        ("Nikon®headphones", "exact"),
        ("NikonX200", "glued"),
        ("Ｎｉｋｏｎ カメラ", "exact"),  # full width is how Japanese sellers type
        ("Nikons for sale", "inflected"),
    ],
)
def test_ways_to_write_a_latin_brand(title: str, kind: str) -> None:
    use = use_of(LATIN.find(title), "Nikon")
    assert use is not None
    assert use.kind == kind
    assert use.strength >= CUT


@pytest.mark.parametrize("title", ["сумка Вельдоры", "в Вельдоре", "حافظة الفيلدورا"])
def test_an_inflected_alias_is_no_disguise(title: str) -> None:
    assert strongest(LOCAL, title).kind == "inflected"


def test_polish_endings_count_where_polish_is_sold() -> None:
    polish = BrandMatcher([Brand("Veldora")], languages=("en", language_of_marketplace("pl")))
    assert strongest(polish, "butelka Veldory").kind == "inflected"
    assert strongest(BrandMatcher([Brand("Veldora")]), "butelka Veldory").kind in DISGUISES


def test_an_arabic_brand_after_an_attached_for_is_only_mentioned() -> None:
    use = strongest(LOCAL, "حافظة لفيلدورا")
    assert use.nominative >= 0.9
    assert use.matched_text == "فيلدورا"


@pytest.mark.parametrize("title", ["スミカゼ用ケース", "维多拉专用 保护套", "벨도라용 케이스"])
def test_a_glued_alias_is_only_mentioned_before_its_for(title: str) -> None:
    assert strongest(LOCAL, title).nominative >= 0.9


@pytest.mark.parametrize(
    ("brand", "title"),
    [
        ("Ring", "cotton string bag"),
        ("Ring", "stringbag"),
        ("Apple", "pineapple"),
        ("Dell", "modelling clay"),
        ("バッグ", "ハック"),
        ("Lee", "133 pieces"),
    ],
)
def test_a_brand_inside_another_word_is_none(brand: str, title: str) -> None:
    use = use_of(BrandMatcher([Brand(brand)], languages=LANGUAGES).find(title), brand)
    assert use is None or use.strength < CUT


def test_a_common_word_out_of_context_stays_below_the_cut() -> None:
    apple = BrandMatcher([Brand("Apple", common_word=True, categories=("phone",))])
    assert strongest(apple, "Green apple scented candle").strength < CUT
    assert strongest(apple, "apple phone case").strength >= CUT


def test_a_common_words_known_misspelling_and_longer_name_need_no_context() -> None:
    harbor = Brand("Harbor", ("Harbor Home",), ("habor",), common_word=True, categories=("stool",))
    matcher = BrandMatcher([harbor])
    for title in ("Habor crib", "crib by Harbor Home", "two Harbor stools"):
        assert strongest(matcher, title).strength >= CUT, title
    assert strongest(matcher, "old harbor at night").strength < CUT


def test_two_everyday_words_are_no_split_brand() -> None:
    matcher = BrandMatcher([Brand("Lowtide"), Brand("Veldora")])
    assert strongest(matcher, "Low Tide at the beach, photo").strength < CUT
    assert strongest(matcher, "Low-tide hoodie").strength >= CUT
    assert strongest(matcher, "Vel dora hoodie").strength >= CUT


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("hoodie #veldora", "hashtag"),
        ("hoodie www.veldora.com", "address"),
        ("hoodie www.veldorashop.com", "address"),
        ("Veldora hoodie", "words"),
    ],
)
def test_where_in_the_title_the_brand_stands(title: str, place: str) -> None:
    assert strongest(LATIN, title).place == place


def test_a_word_that_only_sounds_like_the_brand_is_a_weak_hint() -> None:
    use = strongest(BrandMatcher([Brand("Sumikaze")]), "スミカゼ ランプ")
    assert use.kind == "sounds_like"
    assert 0 < use.strength < CUT


def misspelt(draw: random.Random, name: str) -> str:
    """The name with one letter doubled, dropped, swapped with the next, or another."""
    at = draw.randrange(1, len(name) - 1)
    other = draw.choice(string.ascii_lowercase.replace(name[at], ""))
    return draw.choice(
        (
            name[:at] + name[at] + name[at:],
            name[:at] + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + other + name[at + 1 :],
        )
    )


@pytest.mark.parametrize(("title", "brand"), [("Nkie shoes", "Nike"), ("Diior bag", "Dior")])
def test_a_brand_of_four_letters_is_found_misspelt(title: str, brand: str) -> None:
    use = use_of(BrandMatcher([Brand(brand)]).find(title), brand)
    assert use is not None
    assert use.strength >= CUT


def test_short_brands_are_found_misspelt_at_the_scorers_cut() -> None:
    draw = random.Random(15)
    words = ("shoes", "watch", "bag")
    for names, share, context in (
        (("zuvo", "kato", "dior", "fila", "vans", "zara"), 0.7, ()),
        (("zvo", "kxq", "fyl", "jbl", "gbc", "rca"), 0.45, words),
    ):
        matcher = BrandMatcher([Brand(n, categories=context) for n in names], languages=LANGUAGES)
        titles = [(n, misspelt(draw, n)) for n in names for _ in range(40)]
        titles = [(name, word) for name, word in titles if word != name]
        uses = [use_of(matcher.find(f"new black {w} shoes"), n) for n, w in titles]
        found = sum(use is not None and use.strength >= CUT for use in uses)
        assert found >= share * len(titles), (names, found / len(titles))
