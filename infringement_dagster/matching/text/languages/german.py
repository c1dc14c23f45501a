"""German."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

GERMAN = LanguageTable(
    code="de",
    refers={
        "kompatibel mit | kompatibel zu | kompatibel": "Deckel kompatibel mit Veldora",
        "passend für | passend zu | passend zum | passend zur | passend auf | passend fuer | passt für | "
        "passt zu | passt zum | passt zur | passt auf | passt an | verwendbar für | verwendbar mit": (
            "Armband passend für Veldora Uhr"
        ),
        "geeignet für | geeignet zu | zur verwendung mit | bestimmt für": (
            "Filter geeignet für Veldora Sauger"
        ),
        "ersatz für | ersatzteil für | ersatzdeckel für | zubehör für | hülle für | tasche für": (
            "Ersatz für Veldora Deckel"
        ),
        "alternative zu | anstelle von": "Alternative zu Veldora Flasche",
    },
    prepositions={"für | fuer": "Deckel für Veldora Flasche"},
    companions={"mit": "Hülle mit Veldora Halter"},
    refers_after={"kompatibel | kompatible | kompatibler": "Veldora kompatibel Deckel"},
    accessories={
        "hülle | hüllen | akku | ladegerät | ladekabel | kabel | netzteil | ersatz | schutzfolie | "
        "folie | tasche | patrone | patronen | armband | halterung | deckel | ersatzdeckel | "
        "zubehör | adapter | filter | bürste | dichtung | griff | ständer | panzerglas | gurt | saiten | "
        "saitensatz | spule | spulen | nadeln | düse | düsen | messer | kette | regenschutz | fußsack | "
        "schlauch | ventil | birne | batterie | batterien": (
            "Hülle schwarz für den großen Veldora Player"
        ),
    },
    purposes={
        "herren | damen | kinder | jungen | mädchen | frauen | männer | baby | sie | ihn": (
            "Schuhe für Herren Veldora"
        ),
        "von | original | echt": "Flasche für Kinder von Veldora",
        "zuhause | büro | reise | reisen | schule | arbeit | alltag | winter | sommer | sport | "
        "weihnachten | geburtstag | hunde | katzen": "Teppich für Zuhause Veldora",
        "laufen | joggen | training | fitness | yoga | wandern | camping | radfahren | angeln | "
        "tennis | fußball | golf | ski": "perfekt für Laufen Veldora Schuhe",
    },
    praises={
        "perfekt | ideal | optimal | geschenk | bestens": "perfekt für Trekking Veldora Stiefel"
    },
    conditions={
        "used": {
            "gebraucht | gebrauchte | gebrauchter | gebrauchtes | benutzt | getragen | second hand | "
            "secondhand | 2. hand | wenig benutzt | wenig getragen | gut erhalten": (
                "Veldora Jacke gebraucht"
            ),
        },
        "refurbished": {
            "generalüberholt | generalüberholte | generalüberholtes | refurbished | "
            "wiederaufbereitet | aufgearbeitet | überholt": "Veldora Player generalüberholt",
        },
        "for_parts": {
            "defekt | defektes | defekter | defekte | als ersatzteil | für bastler | an bastler | "
            "bastler | ersatzteilspender | nicht funktionsfähig": "Veldora Laptop defekt",
        },
        "open_box": {
            "geöffnete verpackung | ovp geöffnet | kundenretoure | rückläufer | retoure | retourware | b ware | "
            "bware | ausstellungsstück | vorführgerät": "Veldora Boxen Kundenretoure",
        },
        "new_with_tags": {
            "neu mit etikett | neu mit etiketten | mit etikett | ungetragen": (
                "Veldora Jacke neu mit Etikett"
            ),
        },
        "lot": {"konvolut | posten | restposten | sammlung | paket mit": "Konvolut Veldora Hemden"},
        "bundle": {"bundle | im set | komplettset": "Veldora Flasche Bundle"},
    },
    replicas={
        "admits_copy": {
            "replik | replika | replica | nachbau | nachbildung | nachgemacht | fälschung | "
            "gefälscht | plagiat | imitat | imitation | raubkopie | klon": "Veldora Tasche Replik",
            "1:1 kopie | 1a kopie | super kopie | gute kopie": "Veldora Uhr 1:1 Kopie",
        },
        "likens": {
            "wie von | sieht aus wie | inspiriert von | ähnlich wie | ohne logo | ohne label": (
                "Hoodie sieht aus wie Veldora"
            ),
        },
        "quality_grade": {
            "aaa qualität | spiegelqualität | 1a qualität": "Veldora Tasche AAA Qualität",
        },
    },
    harmless={
        "anti fälschung | kunstleder imitat | leder imitat | lederimitat": (
            "Veldora Tasche Leder Imitat"
        ),
    },
    denials={"kein | keine | keinen | nicht | nie | ohne": "keine Replik Veldora Tasche"},
    store_lines={
        "besuche den * store | besuche den *-store | besuchen sie den * store | besuche * store": (
            "Besuche den Veldora Store"
        ),
        "marke: *": "Marke: Veldora",
    },
)
