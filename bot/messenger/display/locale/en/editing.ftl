editing-editors-only = Only the editors of this bot can do that. But you can ask me a question, and I answer from the articles.
editing-added = ✅ Indexed
editing-changed = ✅ New version indexed
editing-unchanged = ✅ In the index in this very wording
editing-gone = 🚫 No longer quoted
editing-failed = ⚠️ Not indexed
editing-replaces = It replaces the version that came in on { $day }.
editing-replaces-titled = It replaces “{ $title }”, which came in on { $day }.
editing-nothing-new = Nothing is new there.
editing-further-added = … and { $count } more indexed
editing-further-changed = { $count ->
    [one] … and { $count } more new version
   *[other] … and { $count } more new versions
}
editing-further-unchanged = … and { $count } more that are as they were
editing-further-gone = … and { $count } more that are no longer quoted
editing-further-failed = … and { $count } more not indexed
editing-wrong-kind = I cannot index files of this kind. I read { $kinds }.
editing-too-large = This file is too large: Telegram lets a bot fetch { $megabytes } MB at most. Please divide it, or add it with “dateline index add”.
editing-not-fetched = I could not fetch this file from Telegram. Please send it again.
editing-no-text = This post holds no text that I could index.
editing-links-left = { $count ->
    [one] I take one link at a time. Please send the others again.
   *[other] I take { $count } links at a time. Please send the others again.
}
editing-busy = Something else is changing the index at the moment. Please try again in a few minutes.
editing-error = That did not work: { $reason }
editing-withdraw-usage = Write /withdraw with the path, the address or the id of an article, or reply with /withdraw to an answer that quotes it.
editing-withdraw-no-quotation = The message you replied to quotes no article. Write /withdraw with the path, the address or the id of one.
editing-withdraw-unknown = I quote no article named “{ $name }”. /sources lists some.
editing-withdraw-ask = { $count ->
    [one] Withdraw this article? It will no longer be quoted.
   *[other] Which of these articles is to be withdrawn?
}
editing-withdraw-button = Withdraw
editing-withdraw-button-of = Withdraw { $number }
editing-keep-button = Keep
editing-kept = Nothing was withdrawn.
editing-withdrawn = Withdrawn: it is no longer quoted.
editing-returns-sent = To bring it back, send it to me again.
editing-returns-edited = To bring it back, edit its file in its folder, and it is indexed anew.
editing-withdraw-replaced = A new version has replaced it, and is quoted. To withdraw that one, write /withdraw again.
editing-withdraw-gone = I do not quote this article any more.
editing-status = How things stand
editing-status-size = Articles: { $articles }, passages: { $chunks }, stories: { $stories }
editing-status-newest = Newest article: { $day }
editing-status-built = Index changed { $time } ago ({ $built })
editing-status-model = Model: { $model }
editing-status-day = Last 24 hours: { $figures }
editing-status-week = Last 7 days: { $figures }
editing-status-waiting = Messages waiting: { $count }
editing-status-running = Running for { $time }
editing-no-questions = no questions
editing-questions = { $count ->
    [one] { $count } question, { $rate } % without an answer, 95 of 100 within { $seconds } s
   *[other] { $count } questions, { $rate } % without an answer, 95 of 100 within { $seconds } s
}
editing-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
editing-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
editing-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
editing-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
editing-rebuild-begun = 🔄 The index is being rebuilt. Questions are answered meanwhile.
editing-rebuild-running = The index is being rebuilt. Please wait until that has ended.
editing-step = { $stage }: { $done } of { $total }
editing-stage-model = Preparing the model
editing-stage-reading = Reading articles
editing-stage-encoding = Encoding articles
editing-stage-reader = Preparing the reader
editing-stage-golden = Asking the golden questions
editing-rebuilt = ✅ The index was rebuilt in { $time }.
editing-rebuilt-counts = New: { $added }, changed: { $changed }, withdrawn: { $gone }, as before: { $unchanged }
editing-rebuild-failed = ⚠️ The index was not rebuilt, and is as it was: { $reason }
editing-rebuild-broken = ⚠️ The index was not rebuilt, and is as it was. The reason is a fault of mine, which is in the log.
editing-rebuild-interrupted = ⚠️ The rebuild was interrupted, because the bot was stopped. The index is whole and goes on answering. Write /rebuild to begin again.
