"""Well-known makers' names.

A title that lists several is after their searchers; one that resembles a client's brand is no
disguise of it.
"""

from __future__ import annotations

from infringement_dagster.matching.text.normal_text import normal
from infringement_dagster.matching.text.phrases import TextPhrases

# Names that are everyday words as well are left out: they make no list.
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
# Names of one word that are too near to words, persons or each other to make a list of makers.
_NEAR_NAMES = (
    # electronics and computers
    "koss altec lansing pantech razr visio alcatel amped linksys netgear zyxel belkin targus "
    "kensington creative corsair crucial patriot transcend lexar maxtor seagate hitachi sanyo "
    "sharp jvc kenwood pioneer alpine clarion kicker rockford onkyo denon marantz yamaha polk "
    "klipsch infinity cerwin vizio magnavox emerson haier coby sylvania insignia memorex "
    "verbatim imation maxell tdk fuji fujifilm olympus pentax minolta konica leica sigma "
    "tamron kodak vivitar magellan tomtom uniden cobra midland escort whistler lowrance "
    "humminbird raymarine plantronics jabra jawbone skullcandy monster philips braun "
    "remington norelco oral sonicare conair revlon gateway compaq averatec viewsonic benq "
    "optoma epson infocus casio brother canon lexmark ricoh kyocera xerox oki zotac gigabyte "
    "biostar foxconn asrock evga sapphire powercolor zalman antec thermaltake lutron leviton "
    "ge honeywell nest arlo ring wyze roku tivo slingbox archos sandisk iriver zune rio "
    "xiaoyi yi aukey mpow tozo soundcore tronsmart baseus ugreen vantrue viofo dji insta "
    "hubsan syma kaito eton sangean grundig tivoli bower bowers wilkins",
    # toys, games, sport
    "topps panini upper fleer bandai takara tomy hornby bachmann lionel kato papo schleich "
    "safari playmobil duplo megabloks meccano knex tamiya revell airfix italeri corgi "
    "matchbox majorette siku burago maisto wilton wilson spalding rawlings easton mizuno penn "
    "titleist callaway cobra cleveland speedo arena zoggs intex bestway coleman marmot osprey "
    "deuter gregory kelty petzl shimano sram giro bell schwinn trek giant cannondale scott "
    "cube ghost merida bianchi",
    # home, tools, clothing
    "wilton oxo pyrex corelle anchor libbey lodge calphalon cuisinart farberware tfal tefal "
    "rowenta krups moulinex bissell hoover eureka shark dirt shopvac stanley irwin lenox "
    "ryobi ridgid skil hitachi metabo festool hilti fluke klein bostitch paslode senco graco "
    "evenflo chicco cosco britax nuna avent medela dior zara mango guess fossil coach kate "
    "spade diesel levis lee wrangler dockers hanes champion russell gildan jockey playtex "
    "maidenform triumph clarks ecco geox rieker bata merrell keen teva chaco hoka brooks "
    "saucony altra topo",
)
_SINGLE_WORDS = frozenset(word for row in _NEAR_NAMES for word in row.split())
_KNOWN: TextPhrases[str] = TextPhrases(
    (name, name) for name in dict.fromkeys(n for row in _NAMES for n in row.split(" | "))
)


OTHER_MAKERS: frozenset[str] = _SINGLE_WORDS.union(*(row.split(" | ") for row in _NAMES))


def known_brands_in(text: str, own: frozenset[str]) -> tuple[str, ...]:
    """The well-known names in the text, each once, without the client's own."""
    found = (phrase.meanings[0] for phrase in _KNOWN.find(text))
    return tuple(dict.fromkeys(name for name in found if normal(name) not in own))
