"""Words that explain a low price, and things about a brand that are none of its products."""

from __future__ import annotations

# Phrases parted by " | ", languages one after the other.
EXPLAINED_PRICES = {
    "clearance": (
        "clearance | closeout | last season | previous season | past season | discontinued | "
        "store closing | closing down | end of season | end of line | floor model | "
        "ex display | display model | old stock | old model | previous model | last ones",
        "auslaufmodell | vorjahresmodell | ausstellungsstück | abverkauf | räumungsverkauf | "
        "restbestand | vorführmodell | geschäftsaufgabe | auslaufartikel",
        "fin de série | déstockage | liquidation totale | ancien modèle | modèle d'exposition",
        "liquidación | fin de temporada | descatalogado | modelo anterior | de exposición",
        "fine serie | svendita | fuori produzione | modello precedente | fine stagione",
        "uitverkoop | showmodel | einde reeks | vorig model | opruiming",
        "wyprzedaż | końcówka serii | model ekspozycyjny | poprzedni model",
        "utförsäljning | utgående modell | visningsexemplar | förra säsongen",
        "seri sonu | sezon sonu | tasfiye | teşhir ürünü | eski model",
        "liquidação | ponta de estoque | fim de linha | modelo anterior | fora de linha",
        "在庫処分 | 旧モデル | アウトレット | 展示品 | 型落ち | 廃番 | 閉店",
        "清仓 | 断码 | 旧款 | 停产 | 撤柜 | 清倉 | 舊款",
        "재고정리 | 단종 | 이월 | 구형 | 점포정리 | 진열상품",
        "تصفية | نهاية الموسم | موديل قديم",
        "распродажа | прошлый сезон | снят с производства | витринный образец | остатки",
    ),
    "receipt": (  # proof of a lawful first sale, as private sellers tell it
        "receipt | gift receipt | unwanted gift | wedding gift | duplicate gift | wrong size | "
        "bought in store | doesn't fit | does not fit me",
        "kassenbon | kaufbeleg | doppelt erhalten | geschenk doppelt | fehlkauf | "
        "privatverkauf | rechnung vorhanden | falsche größe",
        "ticket de caisse | cadeau en double | mauvaise taille | erreur d'achat",
        "ticket de compra | regalo duplicado | talla equivocada | regalo repetido",
        "scontrino | regalo doppio | taglia sbagliata | doppio regalo",
        "aankoopbon | kassabon | dubbel gekregen | verkeerde maat | miskoop",
        "paragon | nietrafiony prezent | nietrafiony rozmiar | zły rozmiar",
        "kvitto finns | dubbel present | fel storlek",
        "faturası mevcut | hediye geldi | yanlış beden",
        "nota fiscal | presente repetido | tamanho errado",
        "レシート | 購入証明 | プレゼントでいただ | いただきもの | サイズが合わ",
        "购物小票 | 有小票 | 买错尺码 | 礼物重复",
        "영수증 있 | 선물받은 | 사이즈 미스",
        "الفاتورة موجودة | هدية مكررة",
        "чек есть | есть чек | не подошел размер | не подошёл размер | подарили",
    ),
    "about_brand": (
        "book | paperback | hardcover | softcover | handbook | cookbook | catalog | "
        "catalogue | brochure | user manual | instruction manual | owners manual | poster | "
        "postcard | newspaper | newspaper ad | print ad | vintage ad | advertisement | "
        "empty box | box only | packaging only | exhibition",
        "buch | taschenbuch | praxisbuch | handbuch | bildband | katalog | prospekt | plakat | "
        "bedienungsanleitung | leerer karton | leerkarton | nur ovp | nur karton | werbung",
        "livre | livre de poche | brochure | affiche | mode d'emploi | boîte vide | catalogue",
        "libro | catálogo | cartel | folleto | manual de usuario | caja vacía",
        "catalogo | manuale d'uso | scatola vuota | locandina | opuscolo",
        "boek | handleiding | folder | lege doos | catalogus",
        "książka | instrukcja obsługi | katalog | plakat | puste pudełko",
        "bok | broschyr | bruksanvisning | affisch | tom kartong",
        "kitap | kullanım kılavuzu | katalog | afiş | boş kutu",
        "livro | catálogo | cartaz | manual do usuário | caixa vazia",
        "書籍 | カタログ | 取扱説明書 | 写真集 | 図録 | 空箱 | ポスター | 雑誌",
        "画册 | 说明书 | 空盒 | 海报 | 图录 | 杂志",
        "도록 | 설명서 | 빈박스 | 포스터 | 카탈로그 | 책자",
        "كتاب | كتالوج | ملصق | علبة فارغة",
        "книга | каталог | инструкция | плакат | пустая коробка | буклет",
    ),
    "voucher": (
        "gift card | giftcard | voucher | gift certificate | gutschein | geschenkkarte | "
        "carte cadeau | bon d'achat | tarjeta regalo | buono regalo | carta regalo | "
        "cadeaubon | cadeaukaart | karta podarunkowa | presentkort | hediye kartı | "
        "vale presente | cartão presente",
        "ギフトカード | ギフト券 | 商品券 | 礼品卡 | 상품권 | 기프트카드 | بطاقة هدية | "
        "подарочная карта | подарочный сертификат",
    ),
    "service": (
        "repair service | repair | rental | assembly service | installation service | mail in",
        "reparatur | reparaturservice | einsendeservice | montageservice | vermietung | verleih",
        "réparation | location de | service de montage | reparación | alquiler | riparazione | "
        "noleggio | reparatie | verhuur | naprawa | wynajem | reparation | uthyrning | tamir | "
        "kiralık | conserto | aluguel",
        "修理 | レンタル | 组装服务 | 维修 | 租赁 | 수리 | 대여 | إصلاح | تأجير | ремонт | "
        "аренда | прокат",
    ),
}
