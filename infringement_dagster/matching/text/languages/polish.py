"""Polish."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

POLISH = LanguageTable(
    code="pl",
    refers={
        "kompatybilny z | kompatybilna z | kompatybilne z | kompatybilny": (
            "pokrywka kompatybilny z Veldora"
        ),
        "pasuje do | pasujący do | pasująca do | pasujące do | pasują do | przeznaczony do | dopasowany do | "
        "przystosowany do | nadaje się do | współpracuje z | do użytku z": (
            "pasek pasuje do Veldora"
        ),
        "zamiennik do | zamiennik | zamienny do | część do | części do | etui do | etui na | "
        "akcesoria do | futerał na | ładowarka do": "zamiennik do Veldora butelki",
    },
    fits={"odpowiedni do | odpowiednia do": "filtr odpowiedni do Veldora odkurzacza"},
    prepositions={
        "do | dla": "bateria do Veldora wiertarki",
        "na": "pokrowiec na Veldora laptop",
    },
    refers_after={
        "kompatybilny | kompatybilna | kompatybilne | zamiennik": "pokrywka Veldora kompatybilny",
    },
    accessories={
        "etui | bateria | akumulator | ładowarka | kabel | pasek | uchwyt | filtr | folia | szkło | "
        "pokrowiec | pokrywka | torba | części | część | akcesoria | tusz | toner | zasilacz | struny | "
        "szpulki | szpulka | igły | dysza | nóż | noże | łańcuch | folia | żarówka | wąż | opona | opony": (
            "etui czarne do dużego Veldora odtwarzacza"
        ),
    },
    purposes={
        "mężczyzn | kobiet | dzieci | chłopców | dziewczynek | niemowląt | niej | niego | psa | kota": (
            "buty dla mężczyzn Veldora"
        ),
        "od | oryginalny | oryginalna": "butelka dla dzieci od Veldora",
        "domu | biura | szkoły | pracy | podróży | zimę | lato | prezent | święta | urodziny": (
            "dywan do domu Veldora"
        ),
        "biegania | treningu | ćwiczeń | jogi | chodzenia | wędkowania | spania | siłownię | rower": (
            "buty do biegania Veldora"
        ),
    },
    praises={
        "idealny | idealna | idealne | doskonały | prezent": "idealny do trekkingu Veldora plecak"
    },
    conditions={
        "used": {
            "używany | używana | używane | z drugiej ręki | noszony": "Veldora sweter używany"
        },
        "refurbished": {
            "odnowiony | odnowiona | regenerowany | poleasingowy": "Veldora odnowiony laptop"
        },
        "for_parts": {
            "na części | uszkodzony | uszkodzona | niesprawny | do naprawy": "Veldora laptop na części",
        },
        "open_box": {
            "otwarte opakowanie | zwrot konsumencki | powystawowy | outlet zwrot": (
                "Veldora głośnik otwarte opakowanie"
            ),
        },
        "new_with_tags": {
            "nowy z metką | nowa z metką | nowe z metką | z metką": "Veldora sweter nowy z metką",
        },
        "lot": {"paczka ubrań | partia | zestaw hurtowy": "partia Veldora koszule"},
        "bundle": {"pakiet": "pakiet Veldora butelka"},
    },
    replicas={
        "admits_copy": {
            "replika | podróbka | podróbki | podroba | imitacja | kopia | falsyfikat | fejk": (
                "Veldora torebka replika"
            ),
        },
        "likens": {
            "inspirowany | inspirowana | podobny do | bez logo": "sweter inspirowany Veldora",
        },
        "quality_grade": {"jakość aaa | jakość premium 1:1": "Veldora torebka jakość AAA"},
    },
    harmless={"imitacja skóry | kopia zapasowa": "Veldora torba imitacja skóry"},
    denials={"nie | żadna | bez | to nie": "nie replika Veldora torebka"},
    store_lines={"odwiedź sklep *": "Odwiedź sklep Veldora", "marka: *": "Marka: Veldora"},
)
