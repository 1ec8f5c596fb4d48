noticing-explain = Write /watch and a question, or reply to one of my answers with /watch: I tell this chat when the answer changes. /watches lists what is watched.
noticing-full = { $count ->
    [one] { $count } question is watched here already, and no more can be. Stop watching it first: /watches shows it.
   *[other] { $count } questions are watched here already, and no more can be. Stop watching one first: /watches lists them.
}
noticing-already = 🔔 This question is watched here already. I tell you when the answer changes.
noticing-set = 🔔 Watched. I tell you here when the answer to this question changes. /watches lists what is watched.
noticing-changed = The answer to a question watched here has changed:
noticing-before = Before ({ $date }):
noticing-now = Now:
noticing-still = The answer stays:
noticing-withdrawn = { $count ->
    [one] An article that I quoted here has been withdrawn:
   *[other] Articles that I quoted here have been withdrawn:
}
noticing-edited = { $count ->
    [one] An article that I quoted here has been edited:
   *[other] Articles that I quoted here have been edited:
}
noticing-lost = { $count ->
    [one] An article that I quoted here is no longer in the index:
   *[other] Articles that I quoted here are no longer in the index:
}
noticing-list = { $count ->
    [one] { $count } question is watched here:
   *[other] { $count } questions are watched here:
}
noticing-none = No question is watched here. To watch one, write /watch and the question.
noticing-ended = No longer watched.
noticing-ended-before = This question is no longer watched anyway.
noticing-not-yours = Only whoever began to watch this question can stop it.
