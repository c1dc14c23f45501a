"""Words about where goods come from."""

from __future__ import annotations

# Phrases parted by " | ", languages one after the other.
ORIGINS = {
    "copy_hint": (  # what a dealer in genuine goods has no need to write
        "no invoice | without invoice | no receipt available | no brand box | "
        "without brand box | without box from brand | no brand bag | no label | "
        "label removed | label cut | label cut out | inner label cut | tag removed | "
        "tags removed | without label | without manufacturer label | no manufacturer label | "
        "without logo | logo covered | same factory | made in our | our workshop | "
        "our factory | made after | sell without box | neutral packaging | plain packaging | "
        "qc pics | dm for tags | real pics on request | no invoice from brand | "
        "factory direct price | declared as gift",
        "keine rechnung | ohne rechnung | ohne etikett | etikett entfernt | ohne logo | "
        "neutraler verpackung | neutrale verpackung | ohne originalverpackung | "
        "aus unserer werkstatt | gleiche fabrik | versand aus china",
        "sans facture | sans étiquette | étiquette coupée | étiquette retirée | sans logo | "
        "emballage neutre | notre atelier",
        "sin factura | sin etiqueta | etiqueta cortada | sin logo | embalaje neutro | "
        "nuestro taller | nuestra fábrica",
        "senza fattura | senza etichetta | etichetta tagliata | senza logo | imballo neutro | "
        "nostro laboratorio",
        "zonder factuur | geen factuur | zonder label | label verwijderd | neutrale verpakking",
        "bez faktury | bez metki | metka odcięta | bez logo | z naszej fabryki",
        "utan kvitto | utan etikett | utan logga | neutral förpackning",
        "faturasız | etiketsiz | logosuz | kendi atölyemiz",
        "sem nota fiscal | sem etiqueta | etiqueta cortada | sem logo | nossa fábrica",
        "領収書なし | タグなし | タグカット | ロゴなし | 自社工場 | 工場直送",
        "无发票 | 剪标 | 去标 | 无标 | 裸装 | 同厂 | 自家工厂",
        "라벨 제거 | 로고 없음 | 택 제거 | 무지 포장",
        "بدون فاتورة | بدون ملصق | بدون شعار",
        "без чека | без бирки | бирка срезана | без логотипа | нейтральная упаковка",
    ),
    "grey_strong": (
        "not for sale in | not intended for sale in | not for resale in | "
        "nicht für den verkauf in | vente interdite en | prohibida su venta en | "
        "vietata la vendita in | niet voor verkoop in | nie do sprzedaży w | "
        "ej för försäljning i | 販売禁止 | 禁止在 | 판매금지 | не для продажи в",
    ),
    "grey_weak": (
        "parallel import | parallel imported | grey import | gray market | grey market | "
        "import model | us version | eu version | uk version | asia version | japan market | "
        "asian market | chinese version | international version | overseas version | "
        "hk version | local tags | us stecker | us import | hk ware | asien version | "
        "reimport | parallelimport | importation parallèle | version us | "
        "importación paralela | versión americana | importazione parallela | importware | "
        "wersja us | import równoległy | yurt dışı versiyon | importação paralela | "
        "versão americana",
        "並行輸入 | 並行輸入品 | 海外モデル | 海外仕様 | 欧州仕様 | 米国仕様 | 水货 | 港版 | "
        "美版 | 日版 | 国际版 | 병행수입 | 해외판 | 직구 | استيراد موازي | серый импорт | "
        "параллельный импорт",
    ),
    "genuine_claim": (
        "original | genuine | authentic | oem | official | echt | originale | originaal | "
        "oryginalny | oryginalna | orijinal | authentique | auténtico | autentico | véritable",
        "純正 | 正規品 | 正品 | 原装 | 原裝 | 정품 | اصلي | أصلي | оригинал | оригинальный | "
        "оригинальная",
    ),
}
