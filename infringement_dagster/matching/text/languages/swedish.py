"""Swedish."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

SWEDISH = LanguageTable(
    code="sv",
    refers={
        "kompatibel med | kompatibelt med | kompatibla med": "lock kompatibel med Veldora",
        "passar till | passar för | passar | passande till | lämplig för | lämplig till | avsedd för | "
        "anpassad för | anpassad till | att använda med": "armband passar till Veldora",
        "ersättning för | ersätter | reservdel till | reservdelar till | tillbehör till | skal till | "
        "fodral till | alternativ till": "ersättning för Veldora flaska",
    },
    prepositions={"för | till": "batteri till Veldora borr"},
    companions={"med": "fodral med Veldora hållare"},
    refers_after={"kompatibel | kompatibelt | kompatibla": "Veldora kompatibel lock"},
    accessories={
        "skal | fodral | batteri | laddare | kabel | armband | hållare | filter | skydd | lock | "
        "väska | reservdel | reservdelar | tillbehör | patron | skärmskydd | strängar | spole | spolar | nålar | "
        "munstycke | kniv | knivar | kedja | regnskydd | lampa | slang | däck": (
            "skal svart till den stora Veldora spelaren"
        ),
    },
    purposes={
        "män | kvinnor | barn | herr | dam | pojkar | flickor | baby | honom | henne": (
            "skor för män Veldora"
        ),
        "från | av | äkta | original": "flaska för barn från Veldora",
        "hemmet | kontoret | resa | skola | skolan | jobbet | vinter | sommar | jul | födelsedag | "
        "hundar | katter | sport": "matta för hemmet Veldora",
        "löpning | träning | gym | yoga | vandring | camping | cykling | fiske | fotboll": (
            "perfekt för löpning Veldora skor"
        ),
    },
    praises={"perfekt | idealisk | present": "perfekt för trekking Veldora kängor"},
    conditions={
        "used": {
            "begagnad | begagnat | begagnade | använd | använt | second hand": "Veldora jacka begagnad"
        },
        "refurbished": {"renoverad | rekonditionerad | renoverat": "Veldora spelare renoverad"},
        "for_parts": {"för delar | defekt | trasig | fungerar inte": "Veldora laptop för delar"},
        "open_box": {
            "öppnad förpackning | öppnad kartong | kundretur | demoex | visningsexemplar": (
                "Veldora högtalare öppnad kartong"
            ),
        },
        "new_with_tags": {
            "ny med lapp | ny med etikett | prislappen kvar | med lapp": "Veldora jacka ny med lapp",
        },
        "lot": {"parti | restparti | klädpaket": "parti Veldora skjortor"},
        "bundle": {"paket | paketpris": "paket Veldora flaska"},
    },
    replicas={
        "admits_copy": {
            "replika | kopia | kopior | piratkopia | förfalskning | imitation | fejk": (
                "Veldora väska replika"
            ),
        },
        "likens": {"inspirerad av | liknar | utan logga": "tröja inspirerad av Veldora"},
        "quality_grade": {"aaa kvalitet | spegelkvalitet": "Veldora väska AAA kvalitet"},
    },
    harmless={"läder imitation": "Veldora väska läder imitation"},
    denials={"ingen | inte | inte en | aldrig | ej | utan": "ingen replika Veldora väska"},
    store_lines={
        "besök * butik | besök *-butiken | besök * store": "Besök Veldora butik",
        "märke: *": "Märke: Veldora",
    },
)
