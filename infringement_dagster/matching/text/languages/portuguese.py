"""Portuguese."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

PORTUGUESE = LanguageTable(
    code="pt",
    refers={
        "compatível com | compatíveis com | compatível": "tampa compatível com Veldora",
        "reposição para | substituição para | substitui | peça para | peças para | capa para | "
        "acessório para | capinha para": "reposição para Veldora garrafa",
        "alternativa a | alternativa à": "alternativa a Veldora garrafa",
    },
    fits={
        "serve para | adequado para | adequada para | indicado para | serve em | próprio para | "
        "adaptável a | adaptável ao | adaptável para | válido para": (
            "pulseira serve em Veldora relógio"
        ),
    },
    prepositions={"para | pra": "bateria para Veldora furadeira"},
    companions={"com": "capa com Veldora suporte"},
    refers_after={"compatível | compatíveis": "tampa Veldora compatível"},
    accessories={
        "capa | capinha | bateria | carregador | cabo | pulseira | suporte | filtro | película | "
        "tampa | peça | peças | bolsa | cartucho | acessório | cordas | bobina | bobinas | agulhas | bico | "
        "lâmina | lâminas | corrente | capa de chuva | lâmpada | mangueira | válvula | pneu | pneus": (
            "capa preta para o grande Veldora leitor"
        ),
    },
    purposes={
        "homem | homens | mulher | mulheres | criança | crianças | menino | menina | bebê": (
            "sapatos para homem Veldora"
        ),
        "por | autêntico | original": "garrafa para crianças por Veldora",
        "casa | escritório | viagem | escola | trabalho | inverno | verão | natal | presente | "
        "aniversário | cães | gatos | esporte": "tapete para casa Veldora",
        "correr | corrida | academia | treino | yoga | caminhada | futebol | pesca | ciclismo": (
            "ideal para correr Veldora tênis"
        ),
    },
    praises={"perfeito | perfeita | ideal | presente": "perfeito para trekking Veldora botas"},
    conditions={
        "used": {
            "usado | usada | usados | usadas | segunda mão | seminovo | seminova": "Veldora casaco usado"
        },
        "refurbished": {
            "recondicionado | recondicionada | remodelado": "Veldora leitor recondicionado"
        },
        "for_parts": {
            "para peças | não funciona | com defeito | avariado | retirada de peças": (
                "Veldora notebook para peças"
            ),
        },
        "open_box": {
            "caixa aberta | embalagem aberta | devolução de cliente | mostruário": (
                "Veldora coluna caixa aberta"
            ),
        },
        "new_with_tags": {
            "novo com etiqueta | nova com etiqueta | com etiqueta": "Veldora casaco novo com etiqueta",
        },
        "lot": {"lote de | lote": "lote de 5 Veldora camisas"},
        "bundle": {"pacote | combo de": "pacote Veldora garrafa"},
    },
    replicas={
        "admits_copy": {
            "réplica | réplicas | imitação | cópia | falsificado | falsificação | falso | falsa": "Veldora bolsa réplica",
        },
        "likens": {
            "inspirado em | inspirada em | parecido com | similar a | sem logo": (
                "moletom inspirado em Veldora"
            ),
        },
        "quality_grade": {
            "primeira linha | 1ª linha | qualidade aaa | qualidade espelho": (
                "Veldora bolsa primeira linha"
            ),
        },
    },
    harmless={"imitação de couro | cópia de segurança": "Veldora bolsa imitação de couro"},
    denials={"não é | não é uma | não | nunca | sem": "não é réplica Veldora bolsa"},
    store_lines={
        "visite a loja da * | visite a loja *": "Visite a loja da Veldora",
        "marca: *": "Marca: Veldora",
    },
)
