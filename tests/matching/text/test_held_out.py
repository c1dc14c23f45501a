"""Made-up brands and phrases that nothing was tuned to, at the shares that are promised."""

from __future__ import annotations

import pytest

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.brand_text import (
    DISGUISES,
    NAMED_MIN,
    BrandMatcher,
    use_of,
)
from infringement_dagster.matching.text.lexicon import LANGUAGES, Language

BRANDS = (
    "Brimquel", "Tovaska", "Yuldren", "Ostrevia", "Feltwick", "Marnoxa", "Quillandr", "Zephkora",
    "Hadrelle", "Vintolac", "Plorvex", "Skarnby", "Ondulys", "Grefwin", "Culvanta", "Nembrosi",
)  # fmt: skip
MATCHER = BrandMatcher([Brand(name) for name in BRANDS], languages=LANGUAGES)

# Each names the brand (B) only to say what something else fits.
MENTIONS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Replacement strap compatible with B tracker", "Screen protector for B tablet 10 inch",
        "Filter cartridge fits B jug, pack of 3", "Charger suitable for B speaker",
        "Third party lid to fit B bottle", "Cover designed for B chair",
        "Works with B hub, adapter",
        "Spare blades for B razor",
    ),
    "de": (
        "Ersatzfilter passend für B Kanne", "Hülle für B Tablet 10 Zoll",
        "Ladegerät kompatibel mit B Lautsprecher", "Armband geeignet für B Uhr",
        "Ersatzteil für B Staubsauger", "Zubehör für B Kamera", "Deckel passt zu B Flasche",
        "Akku für B Bohrmaschine 18V",
    ),
    "fr": (
        "Coque pour B tablette", "Filtre compatible avec B carafe",
        "Chargeur compatible B enceinte",
        "Bracelet adapté à B montre", "Pièce de rechange pour B aspirateur",
        "Housse pour B fauteuil",
        "Convient pour B bouteille, couvercle", "Batterie pour B perceuse",
    ),
    "es": (
        "Funda para B tablet", "Filtro compatible con B jarra", "Cargador para B altavoz",
        "Correa compatible con B reloj", "Recambio para B aspiradora", "Repuesto para B cafetera",
        "Tapa apta para B botella", "Batería para B taladro",
    ),
    "it": (
        "Custodia per B tablet", "Filtro compatibile con B caraffa",
        "Caricatore per B altoparlante",
        "Cinturino compatibile con B orologio", "Ricambio per B aspirapolvere",
        "Coperchio adatto a B bottiglia", "Batteria per B trapano", "Accessorio per B fotocamera",
    ),
    "nl": (
        "Hoesje voor B tablet", "Filter geschikt voor B kan", "Oplader compatibel met B speaker",
        "Bandje geschikt voor B horloge", "Onderdeel voor B stofzuiger", "Deksel past op B fles",
        "Accu voor B boormachine", "Accessoire voor B camera",
    ),
    "pl": (
        "Etui do B tablet", "Filtr kompatybilny z B dzbanek", "Ładowarka do B głośnik",
        "Pasek pasuje do B zegarka", "Część zamienna do B odkurzacza", "Pokrowiec na B fotel",
        "Bateria do B wiertarki", "Zamiennik do B pokrywki",
    ),
    "sv": (
        "Fodral till B surfplatta", "Filter passar B kanna", "Laddare kompatibel med B högtalare",
        "Armband för B klocka", "Reservdel till B dammsugare", "Lock som passar till B flaska",
        "Batteri till B borrmaskin", "Tillbehör till B kamera",
    ),
    "tr": (
        "B tablet için kılıf", "B ile uyumlu filtre", "B hoparlör uyumlu şarj cihazı",
        "B saat için kordon", "B süpürge için yedek parça", "B matkap için batarya",
        "B ile uyumlu kapak", "B kamera uyumlu aksesuar",
    ),
    "pt": (
        "Capa para B tablet", "Filtro compatível com B jarra", "Carregador para B coluna",
        "Pulseira compatível com B relógio", "Peça para B aspirador",
        "Tampa adequada para B garrafa",
        "Bateria para B furadeira", "Acessório para B câmera",
    ),
    "ja": (
        "B 対応 交換フィルター", "B用 ケース タブレット", "B 互換 充電器", "B専用 ストラップ",
        "B に対応 バッテリー", "B 用 交換部品", "互換品 B フィルター 対応", "B 用カバー",
    ),
    "zh": (
        "适用于 B 滤芯", "适用 B 平板 保护套", "兼容 B 充电器", "B 专用 表带", "适配 B 电池",
        "B 通用 配件", "用于 B 吸尘器 配件", "兼容B 盖子",
    ),
    "ko": (
        "B 호환 필터", "B 전용 케이스", "B용 충전기", "B 호환 스트랩", "B 호환 배터리",
        "B 용 교체 부품", "B 전용 커버", "B 호환 뚜껑",
    ),
    "ar": (
        "غطاء متوافق مع B", "فلتر مناسب لـ B", "شاحن متوافق مع B", "سوار لساعة B متوافق مع B",
        "حافظة متوافقة مع B", "بطارية بديلة لـ B", "قطع غيار لـ B", "ملحقات لـ B",
    ),
    "ru": (
        "Чехол для B планшета", "Фильтр совместим с B", "Зарядка для B колонки",
        "Ремешок подходит для B часов", "Запчасть для B пылесоса", "Крышка для B бутылки",
        "Аккумулятор для B дрели", "Совместимый с B картридж",
    ),
}  # fmt: skip

GLUED = (
    "#B", "#Bshoes", "Bshop", "buyBonline", "Bbags", "newBjacket", "#Boutlet", "theBstore",
    "www.Bsale.com", "Bofficial", "#Bstyle", "BX200", "Bpro 2", "myBcase", "cheapBbottle",
)  # fmt: skip
# An alias as a client gives it, spaced and glued to words of its language.
LOCAL = (
    (
        "トヴァスカ",
        ("トヴァスカ ランプ", "新品トヴァスカランプ", "トヴァスカ製の椅子", "人気トヴァスカ"),
    ),
    ("ブリムケル", ("ブリムケル 財布", "ブリムケル財布", "正規品ブリムケルバッグ")),
    ("布林奎", ("布林奎 台灯", "正品布林奎台灯", "新款布林奎包")),
    ("托瓦斯", ("托瓦斯 鞋", "托瓦斯运动鞋男", "2026托瓦斯外套")),
    ("브림켈", ("브림켈 지갑", "브림켈지갑", "정품브림켈가방")),
    ("토바스카", ("토바스카 램프", "토바스카의 램프", "신상토바스카램프")),
    ("Товаска", ("Товаска куртка", "куртка Товаски", "сумка от Товаска")),
    ("Бримквель", ("Бримквель часы", "часы Бримквеля", "новые часы Бримквель")),
    ("توفاسكا", ("حقيبة توفاسكا", "حقيبة التوفاسكا", "توفاسكا أصلي")),
    ("بريمكل", ("ساعة بريمكل", "ساعة البريمكل", "بريمكل جديد")),
)


def claimed(title: str, brand: str) -> bool:
    """Whether the title is taken to claim the brand as its maker."""
    use = use_of(MATCHER.find(title), brand)
    return use is not None and use.strength * (1 - use.nominative) >= NAMED_MIN


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_6_percent_of_mere_mentions_are_taken_for_claims(language: Language) -> None:
    titles = [(form.replace("B", brand), brand) for form in MENTIONS[language] for brand in BRANDS]
    taken = [title for title, brand in titles if claimed(title, brand)]
    assert len(taken) <= 0.06 * len(titles), taken[:: len(BRANDS)]


def test_at_least_90_percent_of_glued_brands_are_found() -> None:
    titles = [
        (form.replace("B", name), brand)
        for form in GLUED
        for brand in BRANDS
        for name in (brand, brand.lower())
    ]
    missed = [title for title, brand in titles if not claimed(title, brand)]
    assert len(missed) <= 0.10 * len(titles), missed[:20]


def test_aliases_of_other_scripts_are_found_and_no_disguise() -> None:
    titles = [(alias, title) for alias, held in LOCAL for title in held]
    matcher = BrandMatcher([Brand("Xerolune", tuple(a for a, _ in LOCAL))], languages=LANGUAGES)
    uses = [(title, use_of(matcher.find(title), "Xerolune")) for _, title in titles]
    missed = [title for title, use in uses if use is None or use.strength < NAMED_MIN]
    assert len(missed) <= 0.02 * len(titles), missed
    assert [title for title, use in uses if use is not None and use.kind in DISGUISES] == []


# Other makers' real names and plain words beside a brand that they resemble.
RESEMBLING = (
    ("Kossa", "Koss Porta headphones"), ("Toppsy", "Topps trading cards"),
    ("Brothar", "Brother label printer"), ("Pioner", "Pioneer car stereo"),
    ("Gramin", "Garmin running watch"), ("Philipa", "King Philip's castle playset"),
    ("Richards", "King Richard's horse figure"), ("Lodges", "Lodge cast iron skillet"),
    ("Canyo", "canyon view wall art"), ("Harvist", "harvest basket wicker"),
    ("Timbre", "timber shelf 80 cm"), ("Summitt", "summit tent 3 season"),
)  # fmt: skip


def test_other_makers_and_plain_words_are_no_disguise() -> None:
    matcher = BrandMatcher([Brand(name) for name, _ in RESEMBLING], languages=LANGUAGES)
    taken = [
        (brand, title)
        for brand, title in RESEMBLING
        if (use := use_of(matcher.find(title), brand)) is not None and use.strength >= NAMED_MIN
    ]
    assert taken == []


def test_an_abbreviation_that_looks_alike_needs_what_the_brand_makes() -> None:
    title = "h55 gbe board"
    alone = use_of(BrandMatcher([Brand("Gbc")]).find(title), "Gbc")
    assert alone is None or alone.strength < NAMED_MIN
    beside = use_of(BrandMatcher([Brand("Gbc", categories=("board",))]).find(title), "Gbc")
    assert beside is not None
    assert beside.strength >= NAMED_MIN
