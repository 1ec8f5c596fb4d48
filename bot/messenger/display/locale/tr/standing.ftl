standing-as-of = { $date } itibarıyla
standing-sources = { $count ->
    [one] { $count } bağımsız kaynak
   *[other] { $count } bağımsız kaynak
}
standing-newest = en yenisi { $date }
standing-conflict = Başkalarına göre:
standing-update = Daha önce:
standing-scope = Başka bir şey hakkında:
standing-on = { $value } ({ $date })
standing-became = { $before } → { $after }
standing-more = { $count ->
    [one] … ve { $count } başka yanıt.
   *[other] … ve { $count } başka yanıt.
}
standing-published = { $shape ->
    [day] Yayım tarihi: { $first }
    [since] Yayım tarihi: { $first } ve sonrası
    [until] Yayım tarihi: { $last } ve öncesi
   *[between] Yayım tarihi: { $first } – { $last }
}
standing-happened = { $shape ->
    [day] Olay tarihi: { $first }
    [since] Olay tarihi: { $first } ve sonrası
    [until] Olay tarihi: { $last } ve öncesi
   *[between] Olay tarihi: { $first } – { $last }
}
