"""Chinese."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

CHINESE = LanguageTable(
    code="zh",
    refers={
        "适用于 | 适用 | 適用於 | 適用 | 可用于 | 可用於 | 兼容 | 相容 | 适配": "适用于 Veldora 的盖子",
        "替代 | 替换 | 替換 | 代替": "替换 Veldora 滤芯",
    },
    fits={"适合 | 適合 | 配套": "适合 Veldora 的盖子"},
    refers_after={
        "适用 | 適用 | 专用 | 專用 | 兼容 | 相容 | 通用 | 用 | 可用": "Veldora 专用 保护套",
        "替换 | 替換 | 配件": "Veldora 替换滤芯",
    },
    accessories={
        "保护套 | 保護套 | 手机壳 | 電池 | 电池 | 充电器 | 充電器 | 数据线 | 表带 | 錶帶 | 支架 | 滤芯 | "
        "濾心 | 贴膜 | 保護貼 | 墨盒 | 配件 | 琴弦 | 弦 | 梭芯 | 机针 | 喷嘴 | 刀片 | 链条 | 雨罩 | 灯泡 | 软管 | "
        "轮胎": "保护套 黑色 Veldora用",
    },
    purposes={
        "男士 | 女士 | 男 | 女 | 儿童 | 兒童 | 婴儿 | 宠物 | 寵物": "Veldora 男士用 鞋",
        "家 | 商 | 旅行 | 办公 | 辦公 | 冬季 | 夏季 | 礼物 | 禮物 | 户外 | 戶外": "Veldora 家用 地毯",
        "跑步 | 健身 | 瑜伽 | 登山 | 露营 | 釣魚 | 钓鱼 | 足球": "Veldora 跑步用 鞋",
    },
    conditions={
        "used": {
            "二手 | 闲置 | 閒置 | 九成新 | 95新 | 99新 | 使用过 | 使用過": "Veldora 外套 二手"
        },
        "refurbished": {"翻新 | 官翻 | 整修 | 整新": "Veldora 播放器 翻新"},
        "for_parts": {
            "拆机 | 拆機 | 零件机 | 零件機 | 故障机 | 故障機 | 已坏": "Veldora 笔记本 零件机"
        },
        "open_box": {"拆封 | 已拆封 | 展示品 | 样品机 | 福利品": "Veldora 音箱 拆封"},
        "new_with_tags": {"全新带吊牌 | 带吊牌 | 全新吊牌 | 吊牌未剪": "Veldora 外套 全新带吊牌"},
        "lot": {"批发 | 批發 | 一批": "Veldora 衬衫 批发"},
        "bundle": {"组合装 | 捆绑": "Veldora 水瓶 组合装"},
    },
    replicas={
        "admits_copy": {
            "高仿 | 精仿 | 复刻 | 複刻 | 仿品 | 仿冒 | 山寨 | 假货 | 假貨 | a货 | a貨": (
                "Veldora 包 高仿"
            ),
        },
        "likens": {"平替 | 大牌同款": "Veldora 平替 卫衣"},
        "quality_grade": {"顶级品质 | 1比1 | 1:1品质 | 镜面级 | 公司级": "Veldora 包 1比1"},
        "seller_code": {"莆田 | 原单 | 原單 | 尾单 | 纯原": "Veldora 鞋 莆田"},
    },
    harmless={
        "用户 | 用戶 | 用品 | 用途": "Veldora 用途",
        "未拆封 | 未開封 | 未开封": "Veldora 音箱 未拆封",
    },
    denials={"非 | 不是 | 拒绝 | 拒絕": "非高仿 Veldora 包"},
    store_lines={
        "访问 * 品牌旗舰店 | 访问*品牌旗舰店": "访问 Veldora 品牌旗舰店",
        "品牌: * | 品牌：*": "品牌: Veldora",
    },
)
