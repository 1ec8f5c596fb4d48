commands-start =
    Ask me a question. I answer from the indexed news articles only, and quote the sentence that says so, with its title, source and date. If the articles do not tell, I say so.

    /help shows how to ask, /sources what is indexed.
commands-help =
    Write a question in a whole sentence; names and dates help. The words in bold are the answer, the quotation below shows where they stand.

    A question may follow on from the last few, or reply to an older answer. Edit a question, and its answer changes. In a group, mention me, reply to one of my messages, or write /ask and the question.
commands-editors = You may change what is indexed: send me a file, a link or a forwarded post.
commands-line = { $command } – { $does }
commands-reset = Forgotten. Your next question starts a new conversation.
commands-menu-ask = Ask a question, also in a group
commands-menu-sources = Which articles are indexed
commands-menu-latest = The newest articles
commands-menu-since = Only articles since a day, such as Monday
commands-menu-until = Only articles until a day
commands-menu-watch = Tell me when the answer to a question changes
commands-menu-watches = The questions that are watched
commands-menu-reset = Begin a new conversation
commands-menu-forget = Delete everything about me
commands-menu-help = How to ask
commands-menu-withdraw = Withdraw an article
commands-menu-status = The index and its use in figures
commands-menu-rebuild = Make the index anew
