forgetting-done = Удалено:
forgetting-nothing = У меня ничего о вас нет.
forgetting-questions = { $count ->
    [one] { $count } вопрос с ответом
    [few] { $count } вопроса с ответами
    [many] { $count } вопросов с ответами
   *[other] { $count } вопроса с ответами
}
forgetting-messages = { $count ->
    [one] { $count } полученное сообщение
    [few] { $count } полученных сообщения
    [many] { $count } полученных сообщений
   *[other] { $count } полученного сообщения
}
forgetting-feedback = { $count ->
    [one] { $count } оценка ответа
    [few] { $count } оценки ответов
    [many] { $count } оценок ответов
   *[other] { $count } оценки ответов
}
forgetting-watches = { $count ->
    [one] { $count } отслеживаемый вопрос
    [few] { $count } отслеживаемых вопроса
    [many] { $count } отслеживаемых вопросов
   *[other] { $count } отслеживаемого вопроса
}
forgetting-settings = настройки этого чата
forgetting-as-yourself = Пока вы пишете от имени чата, я не знаю, кто вы. Пожалуйста, отправьте /forget от своего имени.
