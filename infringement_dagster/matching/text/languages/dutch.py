"""Dutch."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

DUTCH = LanguageTable(
    code="nl",
    refers={
        "compatibel met | geschikt voor | passend voor | past op | past bij | past in | bruikbaar voor | "
        "te gebruiken met | voor gebruik met | bestemd voor": ("deksel compatibel met Veldora"),
        "vervanging voor | vervangt | onderdeel voor | accessoire voor | hoesje voor | hoes voor": (
            "vervanging voor Veldora fles"
        ),
        "alternatief voor": "alternatief voor Veldora fles",
    },
    prepositions={"voor": "batterij voor Veldora boor"},
    companions={"met": "hoes met Veldora houder"},
    refers_after={"compatibel | compatibele": "Veldora compatibele deksel"},
    accessories={
        "hoes | hoesje | batterij | accu | oplader | kabel | band | bandje | houder | filter | "
        "cartridge | deksel | onderdeel | onderdelen | tas | accessoires | screenprotector | snaren | "
        "snarenset | spoel | spoeltjes | naalden | mes | messen | ketting | regenhoes | lamp | slang | "
        "ventiel | band | banden": ("hoesje zwart voor de grote Veldora speler"),
    },
    purposes={
        "heren | dames | kinderen | mannen | vrouwen | jongens | meisjes | baby | hem | haar": (
            "schoenen voor heren Veldora"
        ),
        "van | door | origineel | echt": "fles voor kinderen van Veldora",
        "thuis | kantoor | reis | school | werk | winter | zomer | kerst | verjaardag | honden | "
        "katten | sport": "kleed voor thuis Veldora",
        "hardlopen | joggen | training | fitness | yoga | wandelen | kamperen | fietsen | vissen | "
        "voetbal": "perfect voor hardlopen Veldora schoenen",
    },
    praises={"perfect | ideaal | cadeau": "perfect voor trekking Veldora laarzen"},
    conditions={
        "used": {
            "gebruikt | gebruikte | tweedehands | gedragen | 2e hands": "Veldora jas gebruikt"
        },
        "refurbished": {"gereviseerd | opgeknapt | refurbished": "Veldora speler gereviseerd"},
        "for_parts": {
            "voor onderdelen | defect | defecte | werkt niet | ter reparatie": (
                "Veldora laptop voor onderdelen"
            ),
        },
        "open_box": {
            "geopende verpakking | geopende doos | klantretour | showmodel": (
                "Veldora speaker geopende doos"
            ),
        },
        "new_with_tags": {
            "nieuw met kaartje | nieuw met label | met kaartje": "Veldora jas nieuw met kaartje",
        },
        "lot": {"partij | restpartij | kavel": "partij Veldora hemden"},
        "bundle": {"bundel | voordeelset": "bundel Veldora fles"},
    },
    replicas={
        "admits_copy": {
            "replica | namaak | nep | imitatie | kopie | vervalsing | vervalst": "Veldora tas namaak",
        },
        "likens": {
            "geïnspireerd door | geïnspireerd op | lijkt op | zonder logo": (
                "trui geïnspireerd door Veldora"
            ),
        },
        "quality_grade": {"aaa kwaliteit | spiegelkwaliteit": "Veldora tas AAA kwaliteit"},
    },
    harmless={"nep bont | nep leer | imitatie leer": "Veldora jas nep bont"},
    denials={"geen | niet | nooit | zonder": "geen replica Veldora tas"},
    store_lines={
        "bezoek de * store | bezoek de *-winkel | bezoek de store van *": "Bezoek de Veldora Store",
        "merk: *": "Merk: Veldora",
    },
)
