"""Paragraphs in European and East Asian languages, and what Tesseract calls each language.

Data only: no layout, no randomness. All of it was written for this project. English comes from `words.py`.
"""

from __future__ import annotations

import words

PARAGRAPHS: dict[str, list[str]] = {
    "eng": words.PROSE_PARAGRAPHS,
    "deu": [
        "Die Fähre nach Föhr verkehrt im Winter nur zweimal täglich, um 7:45 Uhr und um 16:20 Uhr. Wer größere "
        "Gepäckstücke mitführt, muß sie spätestens eine halbe Stunde vorher am Schalter abgeben; für Fahrräder "
        "werden 4,50 € berechnet. Bei Sturm fällt die zweite Überfahrt ersatzlos aus.",
        "Über den Müller erzählte man sich im Dorf die sonderbarsten Dinge. Er stehe nachts auf, um die Säcke zu "
        "zählen, hieß es, und er wisse stets auf das Pfund genau, wieviel Korn noch übrig sei. Daß er schlecht "
        "hörte, kam ihm dabei zugute: Niemand konnte ihn durch Zurufe aus der Ruhe bringen.",
        "Im Jahre 1893 kaufte die Gemeinde das Grundstück an der Straße nach Güstrow für 12.400 Mark. Der "
        "Bürgermeister "
        "ließ Äpfel, Kirschen und Quitten pflanzen, obwohl der Rat für Pappeln gestimmt hatte. Heute gehört die "
        "Wiese zu den schönsten Ausflugszielen der Gegend (siehe Karte, Seite 38).",
        "Die Prüfung ergab, daß drei von zwanzig Geräten den zulässigen Wert um mehr als 15 % überschritten. Künftig "
        "wird jedes Gehäuse vor der Auslieferung zusätzlich gewogen, gemessen und mit einer fortlaufenden Nummer "
        "versehen. Rückfragen beantwortet Herr Döring unter der Nummer 0385 / 77 14 29.",
    ],
    "fra": [
        "Le boulanger de la rue des Érables ouvrait sa boutique à cinq heures, même le jour de Noël. À peine la "
        "lumière allumée, les premiers clients frappaient déjà à la vitre : un facteur, deux infirmières et ce vieux "
        "monsieur qui n'achetait jamais qu'une demi-baguette, mais la voulait très cuite.",
        "L'été dernier, la rivière a débordé trois fois. Les habitants du quartier bas ont été relogés dans le "
        "gymnase, "
        "où l'on avait installé 84 lits ; certains y sont restés jusqu'en septembre. La mairie évalue les dégâts à "
        "1,2 million d'euros, somme que l'assurance ne couvrira qu'en partie.",
        "Où donc étaient passées les clés du théâtre ? On fouilla les loges, la fosse d'orchestre, et jusqu'au gâteau "
        "préparé pour l'entracte. Ce fut la plus jeune des élèves qui les découvrit, au fond d'un chapeau que le "
        "maître d'hôtel avait oublié là, côté jardin, une semaine auparavant.",
        "Pour obtenir un prêt, présentez votre carte à l'accueil. La durée est fixée à 21 jours ; au-delà, une "
        "pénalité "
        "de 0,15 € par jour et par ouvrage sera réclamée. Les dictionnaires, les atlas et les œuvres reliées avant "
        "1850 se consultent uniquement sur place, au deuxième étage.",
    ],
    "spa": [
        "¿Quién recuerda todavía el tranvía de la línea 9? Subía despacio por la cuesta del Almirante, cargado de "
        "estudiantes y de gallinas, y bajaba casi vacío. El último conductor, don Íñigo Peña, guardó la campana en su "
        "cocina; sus nietos aún la hacen sonar cada año, el 14 de mayo, a las seis en punto.",
        "La compañía construyó el pequeño puente en once semanas. Según el informe, se emplearon 240 toneladas de "
        "piedra, ningún clavo y muchísima paciencia. El ingeniero aseguró que duraría cien años; el alcalde, más "
        "prudente, pidió que lo revisaran cada otoño, antes de las lluvias.",
        "«No hay prisa», decía mi abuela mientras pelaba las naranjas, y sin embargo siempre terminaba la primera. "
        "Después se sentaba junto al balcón, abría el periódico por la última página y leía en voz alta los anuncios "
        "de pisos, como si fueran poesía. Algunos lo eran.",
        "El pedido número 30.817 salió del almacén el miércoles a las 18:05. Debía contener doce cajas de té, ocho "
        "lámparas y una báscula; llegó, en cambio, un piano. Rogamos a quien lo eche de menos que llame al "
        "912 55 04 73, preferiblemente por la mañana y sin tocar antes.",
    ],
    "pol": [
        "Pociąg do Łodzi odjeżdża z peronu trzeciego o godzinie 6:52. Podróżnych z większym bagażem prosimy o zajęcie "
        "miejsc w ostatnim wagonie. Bilet ulgowy kosztuje 23,40 zł; przejazd psa jest bezpłatny, jeżeli zwierzę mieści "
        "się pod siedzeniem i nie szczeka na konduktora.",
        "W ogrodzie za szkołą rosły stare śliwy, których nikt już nie pielęgnował. Dzieci wspinały się na nie każdej "
        "jesieni, choć nauczycielka groziła palcem zza okna. Najwyższą gałąź nazywano „mostem kapitańskim”: "
        "było stamtąd "
        "widać rzekę, młyn i żółtą wieżę ratusza.",
        "Muzeum zegarów mieści się przy ulicy Źródlanej 17. Zbiory obejmują ponad 640 eksponatów, wśród nich zegar "
        "słoneczny z roku 1572 i budzik, który zamiast dzwonić – gwiżdże. Wstęp wolny w każdą środę; w pozostałe dni "
        "należy się okazać ważną legitymacją albo dobrym humorem.",
    ],
    "ces": [
        "Starý hodinář bydlel v podkroví domu U Zlaté štiky. Každé ráno přesně v sedm otevřel okno, nasypal vrabcům "
        "hrst ječmene a teprve potom natáhl všech čtyřicet tři strojků. Když se ho sousedé ptali, proč jdou "
        "jeho hodiny "
        "napřed, odpovídal, že čas je třeba trochu popohánět.",
        "Výstava potrvá od 3. března do 28. května. Návštěvníci zde uvidí rukopisy, mapy a především sbírku skleněných "
        "modelů mořských živočichů, které zhotovili dva bratři z Děčína. Vstupné činí 120 Kč, pro žáky a důchodce "
        "60 Kč; v pondělí je zavřeno.",
        "Příští zastávka leží za řekou, pod kopcem porostlým břízami. Řidič tam obyčejně nezastavuje, ledaže "
        "někdo včas "
        "zazvoní nebo zamává čepicí. Jízdní řád z roku 1936 uvádí šest spojů denně, dnešní pouze jeden – a ten, "
        "říká se, "
        "jezdí jen za úplňku.",
    ],
    "swe": [
        "Biblioteket på ön är öppet tisdagar och lördagar mellan klockan 10 och 15. Den som vill låna böcker över "
        "sommaren får göra det mot en avgift av 25 kronor. Kom ihåg att skölja sanden ur väskan: förra året fann "
        "vaktmästaren elva kilo i läsesalen.",
        "Åskan hade gått hela natten. På morgonen låg en av de äldsta ekarna tvärs över vägen, och postbilen "
        "stod på fel "
        "sida om den. Brevbäraren åt sina smörgåsar, väntade på hjälp och räknade årsringar; han kom till 312 innan "
        "bönderna från Västergården dök upp med såg.",
        "Priset för körsbär steg i går till 48 kr per kilo, vilket är 9 % högre än i fjol. Orsaken är den sena "
        "frosten i "
        "maj, säger Åke Sjögren vid torghandlarnas förening. Äpplen och päron påverkas däremot inte, och "
        "svampen väntas "
        "bli billigare än på länge.",
    ],
    "chi_sim": [
        "清晨的渡口很安静，船夫把绳子系在木桩上，等第一批乘客。最先来的是卖豆腐的老人，肩上挑着两只木桶；接着是几个学生，"
        "手里拿着书和热包子。船票两元，老人和孩子不收钱。",
        "图书馆新买了三千多册图书，其中有小说、地图和各种词典。读者凭证件可以借五本，期限为30天；逾期每天收费0.2元。"
        "二楼的阅览室从上午九点开放到晚上八点，星期一休息。",
        "这座石桥建于1736年，全长84米，共有七个桥孔。据说修桥的工匠没有用一根铁钉，只靠石头之间的重量互相支撑。两百多年来，"
        "它经历过十几次洪水，至今仍然可以走马车。",
        "请在收到货物后七天之内检查数量和质量。如有问题，请拨打电话 0571-8826 4390，或者写信到公司的服务中心。退货时必须附上发票，"
        "运费由卖方负担。",
    ],
    "chi_tra": [
        "雨停了以後，市場慢慢熱鬧起來。賣魚的婦人把冰塊鋪在木板上，修鞋的師傅搬出他的小凳子，連隔壁書店的老闆也站在門口曬太陽。"
        "孩子們踩著水窪，一路跑到學校。",
        "本館藏有古籍一萬兩千餘冊，多數為清代刻本。為保護紙張，閱覽室的溫度維持在攝氏20度左右，濕度約為百分之五十。"
        "參觀者請勿使用閃光燈，也不要帶飲料入內。",
        "從車站到海邊的鐵路只有18公里，卻花了九年才完工。山裡的岩石太硬，工人每天只能前進半公尺。通車那天，"
        "全鎮的人都穿上新衣服，坐在窗邊看風景。",
        "訂購數量超過五十件者，可享九折優惠。付款方式分為現金與匯款兩種，請於三日內將款項匯入指定帳戶，並來電 02-2345 6789 確認。"
        "貨物將在一週內送達。",
    ],
    "jpn": [
        "駅前の古い時計屋は、朝の八時になると静かに店を開ける。主人は七十歳を過ぎているが、眼鏡をかければ小さな歯車も見えるという。"
        "修理の値段は千円からで、思い出の品なら少し安くしてくれる。",
        "今年の夏祭りは8月12日の夕方から行われます。雨の場合は体育館に場所を移しますので、上履きを持ってきてください。"
        "屋台では焼きそばやかき氷を販売し、子どもには風船を一つずつ配ります。",
        "海辺の町に引っ越してから、毎朝カモメの声で目が覚めるようになった。最初はうるさいと思っていたが、慣れてしまうと、"
        "静かな日のほうが落ち着かない。人間の耳とは不思議なものだ。",
        "ご注文の商品は、確認のメールをお送りしてから三日以内に発送いたします。送料は全国一律550円です。到着後に不具合がありましたら、"
        "お手数ですがサポートセンターまでご連絡ください。",
    ],
}
"""By Tesseract's name of the language."""

HEADINGS: dict[str, list[str]] = {
    "eng": ["The ferry that came late", "On bread, clocks and walnuts", "A short history of the reading room"],
    "deu": ["Über die Müller und das Meer", "Der Apfelgarten an der Straße", "Größe ist nicht alles"],
    "fra": ["Les clés du théâtre", "L'été où la rivière déborda", "À l'ombre des érables"],
    "spa": ["El último tranvía", "Un puente de piedra y paciencia", "Mañana será otro día"],
    "pol": ["Ostatni wagon do Łodzi", "Śliwy za szkołą", "Zegary przy ulicy Źródlanej"],
    "ces": ["Hodinář U Zlaté štiky", "Příští zastávka za řekou", "Skleněné moře"],
    "swe": ["Eken över vägen", "Böcker på ön", "Körsbär och åska"],
    "chi_sim": ["渡口的早晨", "石桥与洪水", "借书须知"],
    "chi_tra": ["雨後的市場", "通往海邊的鐵路", "古籍閱覽規則"],
    "jpn": ["駅前の時計屋", "夏祭りのお知らせ", "海辺の町"],
}

EAST_ASIAN = frozenset({"chi_sim", "chi_tra", "jpn"})
"""Written without spaces: compared by character."""
