"""Goods that sell for little whoever makes them: a floor for main products says nothing of them."""

from __future__ import annotations

# Phrases parted by " | ", languages one after the other.
SMALL_GOODS = {
    "small_goods": (
        "cable | cord | charger | adapter | earphones | earbuds | in ear | battery | stylus | "
        "dock | knob | knobs | hook | hooks | hanger | hangers | handle | handles | hinge | "
        "hinges | strap | straps | lanyard | keychain | keyring | key ring | sticker | "
        "stickers | patch | badge | pin | magnet | coaster | coasters | sock | socks | cap | "
        "beanie | headband | wristband | jump rope | bottle | mug | cup | bowl | jar | spoon | "
        "tray | dish | soap dish | dispenser | tote | bin | storage box | file box | "
        "pillow cover | cushion cover | pillowcase | napkin | candle | vase | basket | towel | "
        "lid | straw | brush | comb | scrunchie | notebook paper | pen | refill | sample | "
        "sachet",
        "kabel | datenkabel | ladekabel | netzteil | ladegerät | kopfhörer | ohrhörer | akku | "
        "eingabestift | knauf | knäufe | haken | kleiderbügel | griff | riemen | "
        "schlüsselanhänger | aufkleber | untersetzer | socken | mütze | stirnband | "
        "springseil | trinkflasche | flasche | becher | tasse | schale | dose | löffel | "
        "kissenbezug | kerze | korb | handtuch",
        "câble | chargeur | écouteurs | pile | bouton | crochet | cintre | sangle | "
        "porte clés | autocollant | chaussettes | bonnet | bouteille | gourde | tasse | bol | "
        "bocal | cuillère | taie | bougie | panier | serviette",
        "cargador | auriculares | pomo | gancho | percha | correa | llavero | pegatina | "
        "calcetines | gorro | botella | taza | cuenco | tarro | cuchara | funda de cojín | "
        "vela | cesta | toalla",
        "cavo | caricatore | auricolari | pomello | gancio | gruccia | cinturino | "
        "portachiavi | adesivo | calzini | berretto | bottiglia | borraccia | tazza | "
        "ciotola | barattolo | cucchiaio | federa | candela | cestino | asciugamano",
        "oplader | oordopjes | knop | haak | kledinghanger | riem | sleutelhanger | sokken | "
        "muts | fles | beker | mok | kom | pot | lepel | kussenhoes | kaars | mand | handdoek",
        "ładowarka | słuchawki | gałka | wieszak | pasek | brelok | naklejka | skarpety | "
        "czapka | butelka | bidon | kubek | miska | słoik | łyżka | poszewka | świeca | kosz | "
        "ręcznik",
        "laddare | hörlurar | knopp | krok | galge | rem | nyckelring | strumpor | mössa | "
        "flaska | mugg | skål | burk | sked | kuddfodral | ljus | korg | handduk",
        "şarj aleti | kulaklık | kulp | askı | kayış | anahtarlık | çıkartma | çorap | bere | "
        "matara | şişe | kupa | kase | kavanoz | kaşık | kırlent kılıfı | mum | sepet | havlu",
        "carregador | fone de ouvido | puxador | cabide | pulseira | chaveiro | adesivo | "
        "meias | gorro | garrafa | caneca | tigela | pote | colher | capa de almofada | vela | "
        "cesto | toalha",
        "ケーブル | 充電器 | イヤホン | つまみ | フック | ハンガー | ストラップ | "
        "キーホルダー | ステッカー | 靴下 | ボトル | マグカップ | ボウル | ジャー | スプーン | "
        "トレー | ファイルボックス | 収納ボックス | キャンドル | 花瓶 | バスケット | タオル | "
        "ディスペンサー | ソープディッシュ | コースター",
        "数据线 | 充电器 | 耳机 | 把手 | 挂钩 | 衣架 | 表带 | 钥匙扣 | 贴纸 | 袜子 | 水杯 | "
        "马克杯 | 碗 | 罐 | 勺 | 托盘 | 抱枕套 | 蜡烛 | 花瓶 | 毛巾",
        "케이블 | 충전기 | 이어폰 | 손잡이 | 옷걸이 | 스트랩 | 키링 | 스티커 | 양말 | 물병 | "
        "머그컵 | 그릇 | 숟가락 | 쟁반 | 쿠션커버 | 양초 | 꽃병 | 수건",
        "كابل | شاحن | سماعات | مقبض | علاقة ملابس | سوار | ميدالية | ملصقات | جوارب | زجاجة | "
        "كوب | وعاء | ملعقة | شمعة | منشفة",
        "кабель | зарядка | наушники | ручка | крючок | вешалка | ремешок | брелок | "
        "наклейка | носки | шапка | бутылка | кружка | миска | банка | ложка | наволочка | "
        "свеча | корзина | полотенце",
    ),
}
