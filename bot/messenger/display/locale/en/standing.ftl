standing-as-of = As of { $date }
standing-sources = { $count ->
    [one] { $count } source
   *[other] { $count } independent sources
}
standing-newest = newest { $date }
standing-conflict = Others say:
standing-update = Earlier:
standing-scope = Of something else:
standing-on = { $value } on { $date }
standing-became = { $before } → { $after }
standing-more = { $count ->
    [one] … and { $count } other answer.
   *[other] … and { $count } other answers.
}
standing-published = { $shape ->
    [day] Published on { $first }
    [since] Published since { $first }
    [until] Published until { $last }
   *[between] Published from { $first } to { $last }
}
standing-happened = { $shape ->
    [day] Events of { $first }
    [since] Events since { $first }
    [until] Events until { $last }
   *[between] Events from { $first } to { $last }
}
