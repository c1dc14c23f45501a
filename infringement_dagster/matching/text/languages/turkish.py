"""Turkish."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

TURKISH = LanguageTable(
    code="tr",
    refers={"uyumlu": "kapak uyumlu Veldora şişe"},
    refers_after={
        "ile uyumlu | uyumlu | uyumludur | uygun | uygundur | ile kullanılabilir": "Veldora ile uyumlu kapak",
        "için | yerine | muadili | yedek parça": "Veldora için kılıf",
    },
    accessories={
        "kılıf | kılıfı | pil | batarya | şarj | kablo | kordon | filtre | kapak | kapağı | parça | "
        "çanta | aksesuar | koruyucu | tel | telleri | masura | iğne | bıçak | zincir | yağmurluk | ampul | "
        "hortum | lastik": "kılıf siyah Veldora için",
    },
    purposes={
        "erkek | erkekler | kadın | kadınlar | çocuk | çocuklar | bebek | bebekler | kız | kızlar | "
        "yetişkinler | yeni başlayanlar | başlayanlar | köpek | köpekler | kedi | kediler": (
            "Veldora erkek için ayakkabı"
        ),
        "ev | ofis | seyahat | okul | iş | kış | yaz | hediye | doğum günü | spor": (
            "Veldora ev için halı"
        ),
        "koşu | koşmak | antrenman | fitness | yoga | yürüyüş | kamp | bisiklet | futbol": (
            "Veldora koşu için ayakkabı"
        ),
    },
    conditions={
        "used": {
            "ikinci el | 2. el | kullanılmış | az kullanılmış | 2 el": "Veldora ceket ikinci el"
        },
        "refurbished": {"yenilenmiş | revizyonlu": "Veldora oynatıcı yenilenmiş"},
        "for_parts": {
            "yedek parça için | arızalı | çalışmıyor | parçalık | bozuk": "Veldora laptop yedek parça için",
        },
        "open_box": {
            "teşhir ürünü | teşhir | kutusu açık | kutusu açılmış | iade ürün": (
                "Veldora hoparlör teşhir ürünü"
            ),
        },
        "new_with_tags": {"etiketli | etiketi üzerinde | yeni etiketli": "Veldora ceket etiketli"},
        "lot": {"toplu satış | toptan | parti malı": "Veldora gömlek toplu satış"},
        "bundle": {"paket": "Veldora şişe paket"},
    },
    replicas={
        "admits_copy": {
            "replika | çakma | taklit | kopya | imitasyon | sahte": "Veldora çanta replika",
        },
        "likens": {"benzeri | esinlenilmiş | logosuz": "Veldora benzeri kazak"},
        "quality_grade": {"a kalite | aaa kalite | birebir | a+ kalite": "Veldora çanta A kalite"},
    },
    harmless={"taklit deri | taklit kürk": "Veldora çanta taklit deri"},
    denials={"asla | hiç": "asla replika Veldora çanta"},
    denials_after={"değil | değildir": "Veldora çanta replika değil"},
    store_lines={
        "* mağazasını ziyaret edin | * store'u ziyaret edin": "Veldora Mağazasını ziyaret edin",
        "marka: *": "Marka: Veldora",
    },
)
