"""Words in brand fields that stand for no brand."""

from __future__ import annotations

# Phrases parted by " | ", languages one after the other.
BRAND_FIELDS = {
    "unbranded": (
        "unbranded | generic | no brand | no name | nobrand | noname | none | oem | "
        "white label | markenlos | ohne marke | sans marque | générique | sin marca | "
        "genérico | senza marca | generico | geen merk | merkloos | bez marki | märkeslös | "
        "markasız | sem marca",
        "ノーブランド | ノーブランド品 | 无品牌 | 無品牌 | 노브랜드 | بدون علامة تجارية | "
        "без бренда | нет бренда",
    ),
    "own_name_field": (  # left unsaid rather than denied
        "does not apply | not applicable | n/a | nicht zutreffend | ne s'applique pas | "
        "no aplica | non applicabile | niet van toepassing | nie dotyczy | handmade | custom | "
        "various",
    ),
}
