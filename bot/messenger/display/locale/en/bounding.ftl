bounding-none = Answers come from all articles, whatever their date.
bounding-empty = Nothing can be published on { $since } or later and on { $until } or earlier, so I left everything as it was.
bounding-nothing-yet = There is no such article yet; the newest is from { $newest }.
bounding-unread = I cannot tell which day “{ $words }” is.
bounding-since-usage =
    Write it like one of these; the last one lifts it:
    /since Monday
    /since last week
    /since 2024-12-21
    /since off
bounding-until-usage =
    Write it like one of these; the last one lifts it:
    /until yesterday
    /until last month
    /until 2024-12-21
    /until off
