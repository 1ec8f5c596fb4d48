forgetting-done = Silindi:
forgetting-nothing = Hakkınızda hiçbir şey saklamıyorum.
forgetting-questions = { $count ->
    [one] { $count } soru ve yanıtı
   *[other] { $count } soru ve yanıtları
}
forgetting-messages = { $count ->
    [one] alınan { $count } ileti
   *[other] alınan { $count } ileti
}
forgetting-feedback = { $count ->
    [one] yanıtlarla ilgili { $count } görüş
   *[other] yanıtlarla ilgili { $count } görüş
}
forgetting-watches = { $count ->
    [one] izlenen { $count } soru
   *[other] izlenen { $count } soru
}
forgetting-settings = bu sohbetin ayarları
forgetting-as-yourself = Bir sohbet adına yazdığınız sürece kim olduğunuzu bilemem. Lütfen /forget komutunu kendi adınızla gönderin.
