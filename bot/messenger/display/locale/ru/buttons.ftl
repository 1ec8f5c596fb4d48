buttons-passage = 📄 В контексте
buttons-passage-of = 📄 { $number }
buttons-sources = { $count ->
    [one] 🗞 Ещё { $count } источник
    [few] 🗞 Ещё { $count } источника
    [many] 🗞 Ещё { $count } источников
   *[other] 🗞 Ещё { $count } источника
}
buttons-closest = 🔎 Ближайшие отрывки ({ $count })
buttons-answer = ↩ К ответу
buttons-previous = ‹ Назад
buttons-next = Дальше ›
buttons-helpful = 👍 Помогло
buttons-helpful-pressed = ✅ Помогло
buttons-unhelpful = 👎 Не помогло
buttons-unhelpful-pressed = ✅ Не помогло
buttons-end-watch = 🔕 Больше не следить
buttons-end-watch-of = 🔕 Не следить: { $number }
