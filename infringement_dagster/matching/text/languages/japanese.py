"""Japanese."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

JAPANESE = LanguageTable(
    code="ja",
    refers={"互換": "互換 Veldora バッテリー"},
    refers_after={
        "対応 | 互換 | 用 | 専用 | に対応 | と互換 | 適合 | に適合 | 向け": "Veldora対応 ケース",
        "の代替 | 代替 | 交換用 | 互換品": "Veldora 交換用フィルター",
    },
    accessories={
        "ケース | カバー | バッテリー | 充電器 | ケーブル | バンド | ホルダー | フィルター | 保護フィルム | "
        "フィルム | インク | トナー | 部品 | アダプター": "ケース 黒 Veldora用",
    },
    purposes={
        "男性 | 女性 | メンズ | レディース | 子供 | キッズ | ベビー | ペット | 犬 | 猫": (
            "Veldora メンズ用 靴"
        ),
        "家庭 | 業務 | 旅行 | 通勤 | 通学 | 冬 | 夏 | ギフト | プレゼント | 屋外 | 室内": (
            "Veldora 家庭用 ラグ"
        ),
        "ランニング | ジム | ヨガ | 登山 | キャンプ | 釣り | ゴルフ | テニス | サッカー": (
            "Veldora ランニング用 靴"
        ),
    },
    conditions={
        "used": {
            "中古 | 中古品 | 古着 | ユーズド | 使用済み | 一度使用 | 美品": "Veldora ジャケット 中古"
        },
        "refurbished": {
            "整備済み | 整備済 | 再生品 | リファービッシュ": "Veldora プレーヤー 整備済み"
        },
        "for_parts": {
            "ジャンク | ジャンク品 | 部品取り | 故障品 | 動作未確認": "Veldora ノートパソコン ジャンク"
        },
        "open_box": {"開封済み | 開封済 | 展示品": "Veldora スピーカー 開封済み"},
        "new_with_tags": {"タグ付き | タグ付 | 新品タグ付き": "Veldora ジャケット タグ付き"},
        "lot": {"まとめ売り | まとめ買い": "Veldora シャツ まとめ売り"},
        "bundle": {"セット販売 | お得セット | バンドル": "Veldora ボトル セット販売"},
    },
    replicas={
        "admits_copy": {
            "レプリカ | コピー品 | スーパーコピー | コピー商品 | 偽物 | 模倣品 | 模造品 | 偽ブランド": (
                "Veldora バッグ レプリカ"
            ),
        },
        "likens": {
            "ジェネリック家具 | リプロダクト | 風デザイン | オマージュ": "Veldora リプロダクト ランプ"
        },
        "quality_grade": {
            "n級品 | n品 | s級品 | ミラー品質 | 最高級コピー": "Veldora バッグ N級品"
        },
    },
    harmless={
        "用紙 | 用品 | 用途 | レンジ対応 | 食洗機対応 | 洗濯機対応 | 防水対応 | 即日対応 | ギフト対応": "Veldora 用紙",
        "レプリカユニフォーム | レプリカジャージ": "Veldora レプリカユニフォーム",
        "ジャンクフード | ジャンクション": "Veldora ジャンクフード 皿",
    },
    denials={"非": "非レプリカ Veldora バッグ"},
    denials_after={"ではない | ではありません": "Veldora バッグ レプリカではありません"},
    store_lines={
        "*のストアを表示 | * ストアにアクセス": "Veldoraのストアを表示",
        "ブランド: * | ブランド：*": "ブランド: Veldora",
    },
)
