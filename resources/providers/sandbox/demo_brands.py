"""The two invented brands of the demo, and the market around them, in words.

No real trademark, and nothing that says which listing infringes: that is composed by
`catalogue.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product of a brand: how it is called, what it looks like, what it costs in USD."""

    model: str
    subject: str  # of `drawing.py`
    description: str
    price_usd: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """A listing that mentions or resembles the brand and is lawful."""

    title: str
    subject: str
    price_usd: int


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """One demo client with everything that the catalogue needs to surround it."""

    client_id: str
    display_name: str
    name: str
    products: tuple[DemoProduct, ...]
    colours: tuple[str, ...]
    price_floor_usd: int
    queries: tuple[str, ...]
    category_words: tuple[str, ...]
    known_misspellings: tuple[str, ...]  # the client knows these
    disguises: tuple[str, ...]  # copycats use these
    official_seller: str
    resellers: tuple[str, ...]
    accessories: tuple[Oddity, ...]
    traps: tuple[Oddity, ...]  # words that look like the brand and are none
    false_hits: tuple[str, ...]


KELVARRA = DemoBrand(
    client_id="kelvarra",
    display_name="Kelvarra Outdoor",
    name="Kelvarra",
    products=(
        DemoProduct("Summit 750", "bottle", "Insulated Stainless Steel Water Bottle 25 oz", 44),
        DemoProduct("Trailflask", "flask", "Vacuum Flask 1 Litre Leakproof Hiking Thermos", 52),
        DemoProduct("Basecamp", "mug", "Camping Mug with Handle 12 oz Double Wall", 34),
        DemoProduct("Glacier", "tumbler", "Travel Tumbler 30 oz with Straw Lid", 39),
        DemoProduct("Ridgeback", "growler", "Growler 64 oz Insulated Jug", 64),
        DemoProduct("Scout", "sipper", "Kids Bottle 14 oz Spill Proof Sipper", 33),
    ),
    colours=("Pine", "Ember", "Glacier Blue", "Slate", "Sandstone", "Moss", "Dusk", "Snow"),
    price_floor_usd=32,
    queries=("kelvarra", "insulated bottle"),
    category_words=("bottle", "flask", "mug", "tumbler", "growler", "thermos"),
    known_misspellings=("Kelvara", "Kelvera"),
    disguises=("Kelvara", "Kelvaara", "Kevlarra", "Kеlvarra", "Kelvаrrа", "Kel-varra", "KeIvarra"),
    official_seller="Kelvarra Official Store",
    resellers=("Alpine & Oak Outfitters", "Trailhead Supply House"),
    accessories=(
        Oddity("Replacement Straw Lid compatible with Kelvarra Glacier 30 oz", "lid", 12),
        Oddity("Silicone Boot for Kelvarra Summit 750 Bottles, Non-Slip Sleeve", "strap", 9),
        Oddity("Paracord Handle fits Kelvarra Ridgeback Growler, Survival Strap", "strap", 11),
        Oddity("Cleaning Brush Set compatible with Kelvarra Trailflask", "blocks", 8),
        Oddity("Carry Pouch for Kelvarra Summit with Shoulder Strap", "bag", 14),
        Oddity("Gasket Rings compatible with Kelvarra Basecamp Mug, 6 Pack", "ring", 7),
        Oddity("Cup Holder Adapter for Kelvarra Tumblers, Adjustable Base", "blocks", 16),
        Oddity("Ice Mold designed for Kelvarra Wide Mouth Bottles", "box", 10),
    ),
    traps=(
        Oddity("Kelvin Scale Lab Thermometer Bottle Probe", "sipper", 18),
        Oddity("Carrara Marble Pattern Stoneware Mug", "mug", 15),
        Oddity("Calabria Ceramic Carafe with Cork Stopper", "growler", 24),
        Oddity("Vanilla Caldera Candle in Frosted Tumbler", "tumbler", 13),
        Oddity("Elvara Lace Table Runner with Bottle Motif", "box", 17),
    ),
    false_hits=("kelvin", "carrara"),
)

HUDDLET = DemoBrand(
    client_id="huddlet",
    display_name="Huddlet Toys",
    name="Huddlet",
    products=(
        DemoProduct("Bramble Bear", "bear", "Soft Plush Teddy 14 inch Stuffed Animal", 32),
        DemoProduct("Pip Penguin", "penguin", "Weighted Plush Penguin 12 inch", 36),
        DemoProduct("Olive Otter", "otter", "Snuggle Otter Stuffed Animal 16 inch", 34),
        DemoProduct("Marlow Moose", "moose", "Plush Moose with Corduroy Antlers 15 inch", 38),
        DemoProduct("Tansy Turtle", "turtle", "Plush Turtle Pillow Pet 13 inch", 29),
        DemoProduct("Button Bunny", "bunny", "Floppy Ear Bunny Plush Baby Gift 11 inch", 30),
    ),
    colours=("Honey", "Cocoa", "Sky", "Berry", "Oat", "Mint", "Plum", "Cloud"),
    price_floor_usd=28,
    queries=("huddlet", "stuffed plush animal"),
    category_words=("plush", "stuffed", "toy", "teddy", "bunny", "penguin"),
    known_misspellings=("Hudlet", "Huddlit"),
    disguises=("Hudlet", "Huddlett", "Hudddlet", "Нuddlet", "Huddleτ", "Hud-dlet", "Hudd1et"),
    official_seller="Huddlet Toys Direct",
    resellers=("Paper Lantern Toy Shop", "Little Harbour Gifts"),
    accessories=(
        Oddity("Knitted Sweater compatible with Huddlet Bramble Bear 14 inch", "jacket", 13),
        Oddity("Travel Carrier Bag for Huddlet Plush Toys", "bag", 18),
        Oddity("Display Shelf fits Huddlet Stuffed Animals, Wall Mounted", "blocks", 22),
        Oddity("Replacement Heat Pack compatible with Huddlet Pip Penguin", "box", 9),
        Oddity("Raincoat for Huddlet Button Bunny, Yellow", "jacket", 11),
        Oddity("Storage Hammock for Huddlet Plush Collection", "strap", 15),
        Oddity("Toy Stroller designed for Huddlet Friends", "blocks", 24),
        Oddity("Sleeping Bag compatible with Huddlet Olive Otter", "bag", 14),
    ),
    traps=(
        Oddity("Team Huddle Football Plush Cushion", "ball", 16),
        Oddity("Huddled Sheep Wool Throw Pillow", "box", 21),
        Oddity("Cuddle Time Stuffed Elephant Night Light", "lamp", 19),
        Oddity("Puddle Duck Bath Toy Set", "ball", 12),
        Oddity("Hurdle Race Board Game with Toy Horses", "box", 23),
    ),
    false_hits=("huddle", "huddled", "puddle"),
)

DEMO_BRANDS = (KELVARRA, HUDDLET)

# Sellers of copies and of everything unrelated alike: a seller alone proves nothing.
MARKET_SELLERS = (
    "BrightWay Goods",
    "Cedar Lane Trading",
    "DailyDeal Depot",
    "Evermart Online",
    "Foxglove Home",
    "GoldenGate Wares",
    "HomeNest Supply",
    "Ivory Coast Imports",
    "JoyfulPicks",
    "Kindling & Co",
    "LuckyStar Retail",
    "MapleRidge Market",
    "Northpoint Store",
    "OpenSky Bazaar",
    "PrimePeak Shop",
    "Quayside Traders",
    "Riverbend Outlet",
    "SunnySide Sales",
    "TopShelf Direct",
    "UrbanCrate",
)

# Makers and things with which the rest of the market is described.
UNRELATED_MAKERS = (
    "Ostrelle",
    "Brackwater",
    "Fennimor",
    "Quillhaven",
    "Torvane",
    "Lumitera",
    "Marrowby",
    "Pexford",
    "Silvanox",
    "Undermoor",
    "Wexley Bay",
    "Zandoor",
    "Corriveau",
    "Dapplewood",
    "Eastmarsh",
)
UNRELATED_THINGS = {
    "kelvarra": (
        ("Stainless Steel Vacuum Bottle 500 ml", "bottle"),
        ("Glass Water Bottle with Sleeve", "bottle"),
        ("Ceramic Coffee Mug 11 oz", "mug"),
        ("Enamel Camp Mug", "mug"),
        ("Iced Coffee Tumbler", "tumbler"),
        ("Beer Growler 32 oz", "growler"),
        ("Toddler Straw Cup", "sipper"),
        ("Soup Thermos Flask", "flask"),
        ("Hiking Daypack 20 L", "bag"),
        ("Two Person Dome Tent", "tent"),
        ("Camping Lantern", "lamp"),
        ("Bento Lunch Box", "box"),
        ("Rain Jacket with Hood", "jacket"),
        ("Trekking Belt", "strap"),
    ),
    "huddlet": (
        ("Classic Teddy Bear 10 inch", "bear"),
        ("Giant Panda Stuffed Animal", "bear"),
        ("Singing Penguin Toy", "penguin"),
        ("Sea Otter Hand Puppet", "otter"),
        ("Christmas Moose Decoration", "moose"),
        ("Sea Turtle Bath Plush", "turtle"),
        ("Easter Bunny Basket Stuffer", "bunny"),
        ("Wooden Building Blocks 40 pcs", "blocks"),
        ("Soft Baby Ball with Rattle", "ball"),
        ("Toddler Night Lamp", "lamp"),
        ("Play Tent for Kids", "tent"),
        ("Toy Storage Box", "box"),
        ("Costume Jacket", "jacket"),
    ),
}
