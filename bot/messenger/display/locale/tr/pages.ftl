pages-overview = Haberlerde yazanlar:
pages-not-told = Haberlerde bunun yanıtı yok.
pages-nearest = En yakını şu:
pages-closest = En yakın bölümler:
pages-carried = { $count ->
    [one] bunu yayımlayan { $count } haberin ilki
   *[other] bunu yayımlayan { $count } haberin ilki
}
pages-sources = { $count ->
    [one] Dizinde { $count } haber var:
   *[other] Dizinde { $count } haber var, en yenileri başta:
}
pages-no-sources = Dizinde henüz haber yok.
pages-more = … ve { $count } haber daha.
pages-latest = En yeni haberler:
pages-place = Sayfa { $page } / { $count }
pages-withdrawn = Bu haber sonradan geri çekildi ya da değiştirildi; bu yüzden artık ondan alıntı yapmıyorum.
pages-gone = Bu haber artık dizinde değil; bu yüzden bölümü gösteremiyorum.
pages-other-sources = Diğer kaynaklar:
pages-carriers = { $count ->
    [0] Bunu söyleyen başka kaynak yok.
    [one] Aynı sözler { $count } haberde daha geçiyor.
   *[other] Aynı sözler { $count } haberde daha geçiyor.
}
pages-carriers-named = Aynı sözler şu haberlerde de geçiyor:
