asking-stored = So that follow-up questions and buttons work, I keep your questions and my answers. /forget deletes everything about you.
asking-since = Only from articles published on { $since } or later. /since off lifts this.
asking-until = Only from articles published on { $until } or earlier. /until off lifts this.
asking-between = Only from articles published from { $since } to { $until }. /since off and /until off lift this.
asking-empty = Please write a question, such as “Who opened the bridge?”.
asking-too-long = That has { $chars } characters; please ask in { $most } or fewer.
asking-wordless = I can read text only: please write your question.
asking-spoken = I cannot listen to recordings: please write your question.
