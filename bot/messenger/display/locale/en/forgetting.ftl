forgetting-done = Deleted:
forgetting-nothing = I hold nothing about you.
forgetting-questions = { $count ->
    [one] { $count } question with its answer
   *[other] { $count } questions with their answers
}
forgetting-messages = { $count ->
    [one] { $count } received message
   *[other] { $count } received messages
}
forgetting-feedback = { $count ->
    [one] { $count } opinion on an answer
   *[other] { $count } opinions on answers
}
forgetting-watches = { $count ->
    [one] { $count } watched question
   *[other] { $count } watched questions
}
forgetting-settings = the settings of this chat
forgetting-as-yourself = I cannot tell who you are while you write in the name of a chat. Please send /forget as yourself.
