standing-as-of = По состоянию на { $date }
standing-sources = { $count ->
    [one] { $count } независимый источник
    [few] { $count } независимых источника
    [many] { $count } независимых источников
   *[other] { $count } независимых источника
}
standing-newest = самый новый от { $date }
standing-conflict = Другие сообщают:
standing-update = Раньше:
standing-scope = О другом:
standing-on = { $value } ({ $date })
standing-became = { $before } → { $after }
standing-more = { $count ->
    [one] … и ещё { $count } другой ответ.
    [few] … и ещё { $count } других ответа.
    [many] … и ещё { $count } других ответов.
   *[other] … и ещё { $count } другого ответа.
}
standing-published = { $shape ->
    [day] Опубликовано { $first }
    [since] Опубликовано с { $first }
    [until] Опубликовано по { $last }
   *[between] Опубликовано с { $first } по { $last }
}
standing-happened = { $shape ->
    [day] События за { $first }
    [since] События с { $first }
    [until] События по { $last }
   *[between] События с { $first } по { $last }
}
