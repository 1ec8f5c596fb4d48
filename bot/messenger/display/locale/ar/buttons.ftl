buttons-passage = 📄 في سياقه
buttons-passage-of = 📄 { $number }
buttons-sources = { $count ->
    [zero] 🗞 لا مصادر أخرى
    [one] 🗞 مصدر آخر
    [two] 🗞 مصدران آخران
    [few] 🗞 { $count } مصادر أخرى
    [many] 🗞 { $count } مصدرًا آخر
   *[other] 🗞 { $count } مصدر آخر
}
buttons-closest = 🔎 أقرب المقاطع ({ $count })
buttons-answer = ↪ العودة إلى الإجابة
buttons-previous = ‹ السابق
buttons-next = التالي ›
buttons-helpful = 👍 مفيدة
buttons-helpful-pressed = ✅ مفيدة
buttons-unhelpful = 👎 غير مفيدة
buttons-unhelpful-pressed = ✅ غير مفيدة
buttons-end-watch = 🔕 إيقاف المتابعة
buttons-end-watch-of = 🔕 إيقاف المتابعة { $number }
