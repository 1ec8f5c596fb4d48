buttons-passage = 📄 Metindeki yeri
buttons-passage-of = 📄 { $number }
buttons-sources = { $count ->
    [one] 🗞 { $count } kaynak daha
   *[other] 🗞 { $count } kaynak daha
}
buttons-closest = 🔎 En yakın bölümler ({ $count })
buttons-answer = ↩ Yanıta dön
buttons-previous = ‹ Önceki
buttons-next = Sonraki ›
buttons-helpful = 👍 İşe yaradı
buttons-helpful-pressed = ✅ İşe yaradı
buttons-unhelpful = 👎 İşe yaramadı
buttons-unhelpful-pressed = ✅ İşe yaramadı
buttons-end-watch = 🔕 Takibi bırak
buttons-end-watch-of = 🔕 { $number }. takibi bırak
