delivery-crowded = { $count ->
    [one] { $count } question is waiting already. Please ask again when it has been answered.
   *[other] { $count } questions are waiting already. Please ask again when some of them have been answered.
}
