"""Spanish."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

SPANISH = LanguageTable(
    code="es",
    refers={
        "compatible con | compatibles con | compatible para": "tapa compatible con Veldora",
        "repuesto para | recambio para | reemplazo para | accesorio para | funda para | apto para | "
        "apta para | válido para | válida para | adaptable a | vale para | compatible en": "repuesto para Veldora botella",
        "alternativa a | equivalente a": "alternativa a Veldora botella",
    },
    fits={
        "adecuado para | diseñado para | sirve para": "correa adecuado para Veldora reloj",
    },
    prepositions={"para": "funda para Veldora"},
    companions={"con": "funda con Veldora soporte"},
    refers_after={"compatible | compatibles": "tapa Veldora compatible"},
    accessories={
        "funda | carcasa | batería | cargador | correa | protector | filtro | cable | cartucho | "
        "tapa | repuesto | recambio | recambios | soporte | bolsa | pieza | piezas | vidrio | cuerdas | "
        "canilla | canillas | agujas | boquilla | cuchilla | cuchillas | cadena | cubre lluvia | bombilla | "
        "manguera | válvula | neumático | neumáticos": (
            "funda negra para el gran Veldora reproductor"
        ),
    },
    purposes={
        "hombre | hombres | mujer | mujeres | niño | niños | niña | niñas | bebé": (
            "zapatos para hombre Veldora"
        ),
        "por | auténtico | original": "botella para niños por Veldora",
        "casa | hogar | oficina | viaje | escuela | trabajo | invierno | verano | navidad | regalo | "
        "cumpleaños | perros | gatos | deporte | diario": "alfombra para casa Veldora",
        "correr | gimnasio | entrenar | yoga | senderismo | fútbol | pesca | ciclismo | caminar | "
        "acampar": "ideal para correr Veldora zapatillas",
    },
    praises={
        "perfecto | perfecta | ideal | ideales | regalo": "perfecto para trekking Veldora botas"
    },
    conditions={
        "used": {
            "usado | usada | usados | usadas | segunda mano | seminuevo | seminueva": (
                "Veldora chaqueta usado"
            ),
        },
        "refurbished": {
            "reacondicionado | reacondicionada | restaurado": "Veldora lector reacondicionado"
        },
        "for_parts": {
            "para piezas | para repuestos | no funciona | para reparar | averiado | defectuoso": (
                "Veldora portátil para piezas"
            ),
        },
        "open_box": {
            "caja abierta | embalaje abierto | devolución de cliente | de exposición": (
                "Veldora altavoz caja abierta"
            ),
        },
        "new_with_tags": {
            "nuevo con etiqueta | nuevo con etiquetas | nueva con etiqueta | con etiqueta": (
                "Veldora chaqueta nuevo con etiqueta"
            ),
        },
        "lot": {"lote de | lote": "lote de 5 Veldora camisas"},
        "bundle": {"paquete | pack de": "paquete Veldora botella"},
    },
    replicas={
        "admits_copy": {
            "réplica | réplicas | imitación | copia | falsificación | falso | falsa | falsificado | "
            "clon | trucho": "Veldora bolso réplica",
        },
        "likens": {
            "inspirado en | inspirada en | parecido a | similar a | sin logo": (
                "sudadera inspirado en Veldora"
            ),
        },
        "quality_grade": {
            "calidad aaa | calidad espejo | triple a | calidad 1:1": "Veldora bolso calidad AAA",
        },
    },
    harmless={
        "imitación cuero | imitación piel": "Veldora bolso imitación cuero",
        "copia de seguridad | papel copia": ("Veldora disco copia de seguridad"),
    },
    denials={
        "no es | no es una | no son | no | nunca | sin | ninguna": "no es una réplica Veldora bolso"
    },
    store_lines={
        "visita la tienda de * | visita la store de * | visita la tienda *": "Visita la tienda de Veldora",
        "marca: *": "Marca: Veldora",
    },
)
