delivery-crowded = { $count ->
    [one] Şu anda { $count } soru yanıt bekliyor. Yanıtlandığında lütfen yeniden sorun.
   *[other] Şu anda { $count } soru yanıt bekliyor. Bazıları yanıtlandığında lütfen yeniden sorun.
}
