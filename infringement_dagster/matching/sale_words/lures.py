"""How a name is used to sell something else."""

from __future__ import annotations

# Phrases parted by " | ", languages one after the other.
LURES = {
    "lure_before": (  # directly before the brand
        "like | not | non | vs | similar to | alternative to | inspired by | looks like | "
        "compare to | comparable to | better than | same style as",
        "wie | ähnlich | ähnlich wie | inspiriert von | alternative zu | statt | kein",
        "comme | similaire à | inspiré de | inspirée de | genre | façon | pas",
        "como | similar a | parecido a | tipo | inspirado en | simile a | tipo | ispirato a | "
        "come | zoals | lijkt op | geïnspireerd op | jak | podobny do | podobna do | "
        "podobne do | typu | "
        "liknande | inspirerad av | inspirado em | parecido com | похожий на | похожая на | "
        "типа",
        "类似 | 類似 | 仿",
    ),
    "lure_after": (  # within a model's name after it
        "dupe | inspired | lookalike | look alike | alternative | knockoff | knock off | "
        "type | fans | lovers | rip off",
        "alternativ | inspiriert | nachahmung | équivalent | benzeri | muadili | lar için",
        "同款 | 平替 | そっくり | 系 | 저렴이 | 비슷한",
    ),
    "style": (
        "style | styled | design | aesthetic | vibe | vibes",
        "stil | optik | artig | im design",
        "estilo | stile | stijl | styl | w stylu | tarzı | stili",
        "風 | っぽい | タイプ | 风 | 风格 | 風格 | 스타일 | ستايل | в стиле | стиль | дизайн",
    ),
    "same_as": (  # of a description
        "same as | exactly like | identical to | 100% same | just like | original design | "
        "with logo | with tag | sticker if you want",
        "baugleich | baugleich mit | wie das original | identisch mit | identisch | mit logo",
        "identique à | comme l'original | même que | igual que | idéntico a | "
        "como el original | identico a | come l'originale | identiek aan | zelfde als | "
        "identyczny jak | taki sam jak | identisk med | samma som | aynısı | birebir aynı | "
        "idêntico ao | igual ao original",
        "と同じ | 同等品 | 同型 | 和正品一样 | 与正品 | 정품과 동일 | نفس الاصلي | идентичен | "
        "такой же как | один в один",
    ),
    "search_words": (  # of a description
        "tags | keywords | search words | search terms | key words | hashtags | ignore",
        "suchbegriffe | suchwörter | suchworte | schlagwörter | stichworte | mots clés | "
        "palabras clave | etiquetas | parole chiave | zoekwoorden | trefwoorden | zoektermen | "
        "słowa kluczowe | tagi | sökord | taggar | anahtar kelimeler | etiketler | "
        "palavras chave",
        "検索ワード | 検索用 | キーワード | タグ | 关键词 | 搜索词 | 關鍵詞 | 검색어 | "
        "키워드 | كلمات البحث | ключевые слова | теги | поисковые слова",
    ),
    "comparison": (
        "than | deeper than | bigger than | compared to | versus | review | als die | "
        "als der | que le | que el | più di | dan de | niż | än | daha | do que | より | 比 | "
        "보다 | чем",
    ),
}
