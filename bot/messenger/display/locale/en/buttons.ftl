buttons-passage = 📄 In context
buttons-passage-of = 📄 { $number }
buttons-sources = { $count ->
    [one] 🗞 { $count } other source
   *[other] 🗞 { $count } other sources
}
buttons-closest = 🔎 Closest passages ({ $count })
buttons-answer = ↩ Back to the answer
buttons-previous = ‹ Previous
buttons-next = Next ›
buttons-helpful = 👍 Helpful
buttons-helpful-pressed = ✅ Helpful
buttons-unhelpful = 👎 Not helpful
buttons-unhelpful-pressed = ✅ Not helpful
buttons-end-watch = 🔕 Stop watching
buttons-end-watch-of = 🔕 Stop watching { $number }
