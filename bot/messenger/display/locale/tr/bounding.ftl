bounding-none = Yanıtlar, tarihi ne olursa olsun tüm haberlerden gelir.
bounding-empty = Bir haber hem { $since } ve sonrasında hem de { $until } ve öncesinde yayımlanmış olamaz; bu yüzden hiçbir şeyi değiştirmedim.
bounding-nothing-yet = Henüz böyle bir haber yok; en yenisi { $newest } tarihli.
bounding-unread = “{ $words }” hangi gün, anlayamadım.
bounding-since-usage =
    Bunlardan biri gibi yazın; sonuncusu sınırı kaldırır:
    /since pazartesi
    /since geçen hafta
    /since 2024-12-21
    /since off
bounding-until-usage =
    Bunlardan biri gibi yazın; sonuncusu sınırı kaldırır:
    /until dün
    /until geçen ay
    /until 2024-12-21
    /until off
