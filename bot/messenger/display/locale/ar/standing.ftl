standing-as-of = حتى { $date }
standing-sources = { $count ->
    [zero] لا مصادر
    [one] مصدر واحد
    [two] مصدران مستقلان
    [few] { $count } مصادر مستقلة
    [many] { $count } مصدرًا مستقلًا
   *[other] { $count } مصدر مستقل
}
standing-newest = أحدثها { $date }
standing-conflict = يقول آخرون:
standing-update = سابقًا:
standing-scope = عن أمر آخر:
standing-on = { $value } في { $date }
# The mark makes a line of names alone one from right to left, as its arrow means.
standing-became = { "\u200F" }{ $before } ← { $after }
standing-more = { $count ->
    [zero] … ولا غيرها.
    [one] … وإجابة أخرى.
    [two] … وإجابتان أخريان.
    [few] … و{ $count } إجابات أخرى.
    [many] … و{ $count } إجابة أخرى.
   *[other] … و{ $count } إجابة أخرى.
}
standing-published = { $shape ->
    [day] نُشر في { $first }
    [since] نُشر منذ { $first }
    [until] نُشر حتى { $last }
   *[between] نُشر من { $first } إلى { $last }
}
standing-happened = { $shape ->
    [day] أحداث { $first }
    [since] أحداث منذ { $first }
    [until] أحداث حتى { $last }
   *[between] أحداث من { $first } إلى { $last }
}
