noticing-explain = /watch ve ardından sorunuzu yazın ya da bir yanıtıma /watch ile karşılık verin: yanıt değişince bu sohbete haber veririm. /watches neleri izlediğimi gösterir.
noticing-full = { $count ->
    [one] Burada zaten { $count } soru izleniyor, daha fazlası olmuyor. Önce onu bırakın: /watches gösterir.
   *[other] Burada zaten { $count } soru izleniyor, daha fazlası olmuyor. Önce birini bırakın: /watches listeler.
}
noticing-already = 🔔 Bu soru burada zaten izleniyor. Yanıt değişince haber veririm.
noticing-set = 🔔 İzliyorum. Bu sorunun yanıtı değişince burada haber veririm. /watches neleri izlediğimi gösterir.
noticing-changed = Burada izlenen bir sorunun yanıtı değişti:
noticing-before = Önceki ({ $date }):
noticing-now = Şimdi:
noticing-still = Yanıt aynı kalıyor:
noticing-withdrawn = { $count ->
    [one] Burada alıntıladığım bir haber geri çekildi:
   *[other] Burada alıntıladığım haberler geri çekildi:
}
noticing-edited = { $count ->
    [one] Burada alıntıladığım bir haber düzeltildi:
   *[other] Burada alıntıladığım haberler düzeltildi:
}
noticing-lost = { $count ->
    [one] Burada alıntıladığım bir haber artık dizinde yok:
   *[other] Burada alıntıladığım haberler artık dizinde yok:
}
noticing-list = { $count ->
    [one] Burada { $count } soru izleniyor:
   *[other] Burada { $count } soru izleniyor:
}
noticing-none = Burada izlenen soru yok. Birini izlemek için /watch ve ardından soruyu yazın.
noticing-ended = Artık izlenmiyor.
noticing-ended-before = Bu soru zaten izlenmiyor.
noticing-not-yours = İzlemeyi yalnızca başlatan kişi durdurabilir.
