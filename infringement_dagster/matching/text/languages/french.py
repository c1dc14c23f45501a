"""French."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

FRENCH = LanguageTable(
    code="fr",
    refers={
        "compatible avec | compatibles avec | compatible pour | compatible": (
            "couvercle compatible avec Veldora"
        ),
        "adapté à | adapté pour | adaptée à | adaptable sur | adaptable à | adaptable pour | convient pour | "
        "convient à | va sur | se monte sur | prévu pour | destiné à": (
            "bracelet adapté à Veldora montre"
        ),
        "remplacement pour | remplace | pièce pour | coque pour | accessoire pour | "
        "accessoires pour | étui pour": "remplacement pour Veldora gourde",
        "alternative à | équivalent à": "alternative à Veldora gourde",
    },
    prepositions={"pour": "housse pour Veldora"},
    companions={"avec": "étui avec Veldora support"},
    refers_after={"compatible | compatibles": "couvercle Veldora compatible"},
    accessories={
        "coque | étui | batterie | chargeur | câble | housse | verre | filtre | cartouche | "
        "cartouches | support | bracelet | couvercle | pièce | pièces | accessoire | sac | "
        "adaptateur | joint | poignée | film | cordes | canette | canettes | aiguilles | buse | lame | lames | "
        "chaîne | bobine | habillage pluie | ampoule | tuyau | valve | pneu | pneus": "coque noire pour le grand Veldora lecteur",
    },
    purposes={
        "homme | hommes | femme | femmes | enfant | enfants | fille | garçon | bébé": (
            "chaussures pour homme Veldora"
        ),
        "par | authentique | original": "gourde pour enfants par Veldora",
        "maison | bureau | voyage | école | travail | hiver | été | noël | anniversaire | chien | "
        "chat | quotidien | sport": "tapis pour maison Veldora",
        "courir | course | fitness | yoga | randonnée | camping | vélo | pêche | football | "
        "entraînement | musculation": "parfait pour courir Veldora chaussures",
    },
    praises={
        "parfait | parfaite | idéal | idéale | cadeau": "parfait pour trekking Veldora bottes"
    },
    conditions={
        "used": {
            "occasion | d'occasion | seconde main | utilisé | "
            "très bon état | bon état": "Veldora veste occasion",
        },
        "refurbished": {
            "reconditionné | reconditionnée | remis à neuf": "Veldora lecteur reconditionné"
        },
        "for_parts": {
            "pour pièces | en panne | à réparer | ne fonctionne pas | défectueux": (
                "Veldora ordinateur pour pièces"
            ),
        },
        "open_box": {
            "boîte ouverte | emballage ouvert | retour client | modèle d'exposition": (
                "Veldora enceinte boîte ouverte"
            ),
        },
        "new_with_tags": {
            "neuf avec étiquette | neuf avec étiquettes | avec étiquette | neuve avec étiquette": (
                "Veldora veste neuf avec étiquette"
            ),
        },
        "lot": {"lot de | lots de | lot": "lot de 5 Veldora chemises"},
        "bundle": {"ensemble complet": "ensemble complet Veldora gourde"},
    },
    replicas={
        "admits_copy": {
            "réplique | répliques | contrefaçon | contrefaçons | contrefait | imitation | "
            "copie de | copie conforme | copie parfaite": "Veldora sac réplique",
        },
        "likens": {
            "inspiré de | inspirée de | ressemble à | sans logo | similaire à": (
                "sweat inspiré de Veldora"
            ),
        },
        "quality_grade": {"qualité miroir | qualité aaa | copie aaa": "Veldora sac qualité miroir"},
    },
    harmless={
        "imitation cuir": "Veldora sac imitation cuir",
    },
    denials={
        "pas de | pas une | pas un | pas | jamais | sans | aucune | aucun": "pas une réplique Veldora sac"
    },
    store_lines={
        "visitez la boutique * | visiter la boutique *": "Visitez la boutique Veldora",
        "marque: * | marque : *": "Marque : Veldora",
    },
)
