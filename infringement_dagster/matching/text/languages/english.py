"""English."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

ENGLISH = LanguageTable(
    code="en",
    refers={
        "compatible with | compatible for | compatible to | compatible": (
            "lid compatible with Veldora bottle"
        ),
        "replacement for | replacements for | replaces | replacement": (
            "lid replacement for Veldora bottle"
        ),
        "works with | work with | for use with | for use in | to use with | goes with | attaches to": (
            "charger works with Veldora speaker"
        ),
        "accessory for | accessories for | adapter for | case for | cover for": (
            "accessory for Veldora tent"
        ),
        "fits for | fits with | fit for": "lid fits for Veldora bottle",
        "not for | alternative to | alternative for": "bag, not for Veldora packs",
        "than the | than | versus | vs | unlike": "bottle 30% lighter than the Veldora flask",
    },
    fits={
        "fits | fit | fitting": "spare strap fits Veldora watch",
        "suitable for | designed for | made for | intended for": "sleeve suitable for Veldora cups",
    },
    prepositions={"for": "battery for Veldora drill"},
    companions={"with": "case with Veldora phone slot"},
    refers_after={
        "compatible | compatibility | replacement": "Veldora compatible lid",
    },
    accessories={
        "case | cases | cover | covers | sleeve | bag | skin | pouch | holster | battery | "
        "batteries | charger | charging | adapter | adaptor | cable | cord | cartridge | "
        "cartridges | toner | ink | drum | strap | band | bands | mount | holder | stand | dock | "
        "protector | film | filter | filters | lens | parts | part | spare | remote | memory | "
        "ram | kit | lamp | bulb | brush | blade | blades | lid | straw | handle | belt | hose | "
        "bracket | screen | glass | keyboard | stylus | headset | earpads | refill | refills | "
        "pads | module | sticker | decal | accessory | accessories | hinge | knob | gasket | seal | strings | "
        "bobbin | bobbins | needles | reeds | nozzle | nozzles | spool | spools | chain | tubes | tyre | tyres | "
        "tire | tires | rain cover | footmuff | liner | liners | bulbs | valve | valves | cap | caps | hood | fuse | fuses": (
            "case black slim for the big Veldora player"
        ),
    },
    purposes={
        "men | mens | man | women | womens | woman | kids | kid | boys | girls | boy | girl | "
        "children | baby | babies | adults | teens | him | her | you | toddlers | ladies | unisex": (
            "shoes for men Veldora"
        ),
        "by | from | genuine | original | authentic": "bottle for kids by Veldora",
        "home | office | travel | sale | dogs | cats | pets | everyday | daily | school | work | "
        "winter | summer | spring | autumn | fall | christmas | birthday | gift | party | parties | "
        "outdoor | outdoors | indoor | sports | sport": "rug for home Veldora",
        "running | jogging | training | gym | workout | workouts | yoga | hiking | walking | "
        "camping | fishing | cycling | sleeping | dancing | swimming | climbing | skiing | golf | "
        "tennis | soccer | football | basketball | baseball | gaming | cooking | working | comfort": (
            "perfect for running Veldora shoes"
        ),
        "true | size | sizes | small | large | snug | tight | loose | perfectly | well | like | "
        "comfortably | all | most | everyone | slim": "fits true to size Veldora hoodie",
    },
    praises={
        "perfect | great | ideal | best | good | excellent | gift | gifts": "perfect for trekking Veldora boots"
    },
    conditions={
        "used": {
            "used | pre owned | preowned | second hand | secondhand | 2nd hand | pre loved | "
            "preloved | gently used | lightly used | worn once | like new | euc | guc | vguc": (
                "Veldora hoodie used"
            ),
        },
        "refurbished": {
            "refurbished | refurb | renewed | reconditioned | remanufactured | restored | refinished": (
                "Veldora player refurbished"
            ),
        },
        "for_parts": {
            "for parts | parts only | spares or repair | spares or repairs | not working | "
            "as is | for repair | faulty | untested | read description": (
                "Veldora laptop for parts"
            ),
        },
        "open_box": {
            "open box | opened box | box opened | returned | customer return | customer returns | ex display | "
            "display model | shelf pull | b stock": "Veldora speaker open box",
        },
        "new_with_tags": {
            "new with tags | nwt | nwot | bnwt | new without tags": (
                "Veldora jacket new with tags"
            ),
        },
        "lot": {
            "lot of | job lot | joblot | bulk lot | wholesale lot | mixed lot | lot": (
                "lot of 5 Veldora shirts"
            ),
        },
        "bundle": {"bundle | bundled": "Veldora bottle bundle"},
    },
    replicas={
        "admits_copy": {
            "replica | replicas | knock off | knockoff | knock offs | knockoffs | counterfeit | "
            "counterfeits | fake | fakes | bootleg | imitation": "Veldora bag replica",
            "mirror copy | super copy | high copy | top copy | exact copy | master copy | museum copy | "
            "unauthorized authentic | unauthorised authentic": "Veldora watch mirror copy",
        },
        "likens": {
            "dupe | dupes | lookalike | look alike | looks like | look like | similar to | "
            "inspired by | inspired | reproduction": "dupe for Veldora hoodie",
            "unbranded | no logo | without logo | oem quality": "hoodie no logo as Veldora",
        },
        "quality_grade": {
            "premium quality | good quality | best quality | budget quality | top quality": (
                "Veldora Shirt [Premium Quality]"
            ),
            "mirror quality | aaa quality | top grade | high grade | super grade | aaa grade | "
            "grade aaa | 1:1 quality | aaa+ | 5a quality | 7a quality": "Veldora bag mirror quality",
        },
        "seller_code": {
            "colorways | colourways": "Veldora Tee 14+ colorways",
            "1:1 | 1：1 | 1 : 1": "Veldora bag 1:1",
            "aaa | top batch | best batch | same factory | original factory | "
            "w2c | budget batch | og batch | pk batch | ljr batch": "Veldora sneakers AAA",
        },
    },
    harmless={
        "replica jersey | replica kit | replica shirt | replica football | replica helmet | "
        "replica model | scale replica | diecast replica | die cast replica | prop replica | "
        "replica ship | replica weapon | replica gun | museum replica": "Veldora replica jersey",
        "fake fur | fake leather | fake nails | fake eyelashes | fake lashes | fake tan | "
        "fake plants | fake plant | fake flowers | fake blood | fake two piece | fake collar | "
        "fake money | fake temporary | fake tattoo | fake tattoos": "Veldora coat fake fur",
        "imitation leather | imitation pearl | imitation pearls | imitation fur | "
        "imitation jewelry | imitation suede": "Veldora bag imitation leather",
        "counterfeit detector | counterfeit pen | counterfeit money | anti counterfeit | "
        "anti fake": "Veldora counterfeit detector",
        "aaa battery | aaa batteries | aa aaa | aaa aa | aaa alkaline | aaa lr03 | aaa cell | "
        "aaa cells | aaa rechargeable | aaa size | x aaa | max aaa": "Veldora torch AAA batteries",
        "used for | used as | used in | used with | used by | used to | be used | widely used | "
        "commonly used | get used": "oil used for Veldora tools",
        "vintage inspired | retro inspired | nature inspired | boho inspired | "
        "century inspired | art reproduction | reproduction print | poster reproduction | "
        "reproduction poster | sound reproduction": "Veldora lamp retro inspired",
        "a lot | parking lot | whole lot": "holds a lot Veldora bag",
    },
    denials={
        "not a | not | no | never | isn't | isn't a | non | without": "not a replica Veldora bag",
        "beware of | don't buy | stop buying": "Veldora bag, beware of fakes",
    },
    store_lines={
        "visit the * store": "Visit the Veldora Store",
        "brand: *": "Brand: Veldora",
    },
)
