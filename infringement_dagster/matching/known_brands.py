"""Well-known makers' names: a title that lists several is after their searchers.

Names that are everyday words as well are left out.
"""

from __future__ import annotations

from infringement_dagster.matching.text.normal_text import normal
from infringement_dagster.matching.text.phrases import TextPhrases

_NAMES = (
    # clothing, shoes, bags
    "nike | adidas | puma | reebok | under armour | lululemon | gymshark | asics | skechers | "
    "new balance | columbia sportswear | the north face | patagonia | fila | kappa | umbro | "
    "gucci | prada | louis vuitton | chanel | dior | hermes | versace | armani | burberry | "
    "balenciaga | fendi | moncler | stone island | ralph lauren | lacoste | tommy hilfiger | "
    "calvin klein | michael kors | zara | h&m | uniqlo | levis | carhartt | crocs | birkenstock | "
    "vans shoes | converse | ugg | supreme | jordan | yeezy | fabletics | alo yoga | uniqlo | "
    "muji | shein | decathlon | salomon | arcteryx | canada goose | jack wolfskin | mammut",
    # electronics
    "samsung | lenovo | huawei | xiaomi | sony | philips | panasonic | toshiba | asus | acer | "
    "dell | hp | hewlett packard | microsoft | google pixel | oneplus | oppo | realme | nokia | "
    "motorola | lg | bose | jbl | sennheiser | beats | garmin | fitbit | canon | nikon | gopro | "
    "dyson | logitech | anker | kindle | ipad | iphone | ipod | imac | macbook | airpods | "
    "sandisk | kingston | nintendo | playstation | xbox | amazfit | tcl | hisense",
    # home
    "ikea | pottery barn | west elm | crate barrel | crate and barrel | cb2 | wayfair | "
    "ashley furniture | "
    "restoration hardware | williams sonoma | anthropologie | herman miller | vitra | kartell | "
    "louis poulsen | ルイスポールセン | 無印 | 無印良品 | ニトリ | flos | artemide | marimekko | "
    "le creuset | tupperware | kitchenaid | yeti | stanley cup | hydro flask | owala | "
    "zara home | maisons du monde | jysk | habitat | made com | flexa | yamagiwa",
    # tools, beauty, toys
    "bosch | makita | dewalt | milwaukee tool | stihl | lego | barbie | hasbro | mattel | "
    "loreal | maybelline | estee lauder | clinique | rolex | omega watch | casio | seiko | "
    "swatch | cartier | pandora | swarovski | oakley | ray ban | rayban",
)
_KNOWN: TextPhrases[str] = TextPhrases(
    (name, name) for name in dict.fromkeys(n for row in _NAMES for n in row.split(" | "))
)


def known_brands_in(text: str, own: frozenset[str]) -> tuple[str, ...]:
    """The well-known names in the text, each once, without the client's own."""
    found = (phrase.meanings[0] for phrase in _KNOWN.find(text))
    return tuple(dict.fromkeys(name for name in found if normal(name) not in own))
