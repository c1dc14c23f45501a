"""Italian."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

ITALIAN = LanguageTable(
    code="it",
    refers={
        "compatibile con | compatibili con | compatibile per | compatibile": (
            "coperchio compatibile con Veldora"
        ),
        "ricambio per | ricambi per | sostituzione per | custodia per | accessorio per | cover per": (
            "ricambio per Veldora borraccia"
        ),
        "adatto a | adatto al | adatto alla | adatto per | adatta a | adatta al | adatta alla | adatta per | "
        "adattabile a | adattabile al | adattabile alla | adattabile per | idoneo per | idoneo a | "
        "valido per": "cinturino adatto a Veldora orologio",
        "alternativa a": "alternativa a Veldora borraccia",
    },
    prepositions={"per": "custodia per Veldora"},
    companions={"con": "custodia con Veldora supporto"},
    refers_after={"compatibile | compatibili": "coperchio Veldora compatibile"},
    accessories={
        "custodia | batteria | caricatore | cavo | pellicola | cinturino | ricambi | ricambio | "
        "filtro | cartuccia | coperchio | supporto | borsa | vetro | copertura | accessorio | corde | bobina | "
        "bobine | aghi | ugello | lama | lame | catena | parapioggia | lampadina | tubo | valvola | "
        "pneumatico | pneumatici": ("custodia nera per il grande Veldora lettore"),
    },
    purposes={
        "uomo | donna | bambini | bambino | bambina | ragazzo | ragazza | neonato": (
            "scarpe per uomo Veldora"
        ),
        "autentico | originale": "borraccia per autentico Veldora",
        "casa | ufficio | viaggio | scuola | lavoro | inverno | estate | natale | compleanno | cani | "
        "gatti | sport": "tappeto per casa Veldora",
        "correre | corsa | palestra | allenamento | yoga | escursioni | calcio | pesca | ciclismo | "
        "camminare": "ideale per correre Veldora scarpe",
    },
    praises={"perfetto | perfetta | ideale | regalo": "perfetto per trekking Veldora stivali"},
    conditions={
        "used": {
            "usato | usata | usati | usate | seconda mano | di seconda mano": "Veldora giacca usato",
        },
        "refurbished": {
            "ricondizionato | ricondizionata | rigenerato": "Veldora lettore ricondizionato"
        },
        "for_parts": {
            "per ricambi | per pezzi | non funzionante | da riparare | guasto | difettoso": (
                "Veldora portatile per ricambi"
            ),
        },
        "open_box": {
            "scatola aperta | confezione aperta | reso cliente | da esposizione": (
                "Veldora cassa scatola aperta"
            ),
        },
        "new_with_tags": {
            "nuovo con cartellino | nuova con cartellino | nuovo con etichetta | con cartellino": (
                "Veldora giacca nuovo con cartellino"
            ),
        },
        "lot": {"lotto di | lotto": "lotto di 5 Veldora camicie"},
        "bundle": {"bundle | pacchetto": "bundle Veldora borraccia"},
    },
    replicas={
        "admits_copy": {
            "replica | repliche | imitazione | copia | falso | falsa | contraffatto | contraffazione | "
            "taroccato": "Veldora borsa replica",
        },
        "likens": {
            "ispirato a | ispirata a | simile a | senza logo": "felpa ispirato a Veldora",
        },
        "quality_grade": {
            "qualità aaa | qualità specchio | copia perfetta": "Veldora borsa qualità AAA"
        },
    },
    harmless={"copia di backup | finta pelle": "Veldora disco copia di backup"},
    denials={"non è una | non è | non | mai | senza | nessuna": "non è una replica Veldora borsa"},
    store_lines={
        "visita lo store di * | visita lo store *": "Visita lo Store di Veldora",
        "marca: *": "Marca: Veldora",
    },
)
