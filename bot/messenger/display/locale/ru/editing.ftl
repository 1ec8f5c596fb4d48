editing-editors-only = Это могут делать только редакторы этого бота. Но вы можете задать мне вопрос, и я отвечу по статьям.
editing-added = ✅ Добавлено в индекс
editing-changed = ✅ Добавлена новая версия
editing-unchanged = ✅ В индексе именно в этом виде
editing-gone = 🚫 Больше не цитируется
editing-failed = ⚠️ Не добавлено
editing-replaces = Заменяет версию, добавленную { $day }.
editing-replaces-titled = Заменяет «{ $title }», версию, добавленную { $day }.
editing-nothing-new = Ничего нового там нет.
editing-further-added = { $count ->
    [one] … и ещё { $count } добавлена
    [few] … и ещё { $count } добавлены
    [many] … и ещё { $count } добавлено
   *[other] … и ещё { $count } добавлено
}
editing-further-changed = { $count ->
    [one] … и ещё { $count } новая версия
    [few] … и ещё { $count } новые версии
    [many] … и ещё { $count } новых версий
   *[other] … и ещё { $count } новой версии
}
editing-further-unchanged = … и ещё { $count } без изменений
editing-further-gone = { $count ->
    [one] … и ещё { $count } больше не цитируется
    [few] … и ещё { $count } больше не цитируются
    [many] … и ещё { $count } больше не цитируются
   *[other] … и ещё { $count } больше не цитируются
}
editing-further-failed = { $count ->
    [one] … и ещё { $count } не добавлена
    [few] … и ещё { $count } не добавлены
    [many] … и ещё { $count } не добавлено
   *[other] … и ещё { $count } не добавлено
}
editing-wrong-kind = Файлы этого вида я не могу добавить. Я читаю { $kinds }.
editing-too-large = Файл слишком велик: Telegram позволяет боту получать не больше { $megabytes } МБ. Разделите его или добавьте командой «dateline index add».
editing-not-fetched = Не удалось получить этот файл от Telegram. Пожалуйста, отправьте его ещё раз.
editing-no-text = В этой публикации нет текста, который можно добавить.
editing-links-left = { $count ->
    [one] За один раз я беру { $count } ссылку. Остальные отправьте, пожалуйста, ещё раз.
    [few] За один раз я беру { $count } ссылки. Остальные отправьте, пожалуйста, ещё раз.
    [many] За один раз я беру { $count } ссылок. Остальные отправьте, пожалуйста, ещё раз.
   *[other] За один раз я беру { $count } ссылки. Остальные отправьте, пожалуйста, ещё раз.
}
editing-busy = Индекс сейчас меняет кто-то другой. Пожалуйста, попробуйте ещё раз через несколько минут.
editing-error = Не получилось: { $reason }
editing-withdraw-usage = Напишите /withdraw и путь, адрес или номер статьи — или ответьте /withdraw на мой ответ, который её цитирует.
editing-withdraw-no-quotation = Сообщение, на которое вы ответили, не цитирует ни одной статьи. Напишите /withdraw и путь, адрес или номер статьи.
editing-withdraw-unknown = Статьи «{ $name }» среди цитируемых нет. Некоторые из них показывает /sources.
editing-withdraw-ask = { $count ->
    [one] Отозвать эту статью? Она больше не будет цитироваться.
    [few] Какую из этих статей отозвать?
    [many] Какую из этих статей отозвать?
   *[other] Какую из этих статей отозвать?
}
editing-withdraw-button = Отозвать
editing-withdraw-button-of = Отозвать { $number }
editing-keep-button = Оставить
editing-kept = Ничего не отозвано.
editing-withdrawn = Отозвано: статья больше не цитируется.
editing-returns-sent = Чтобы вернуть её, отправьте её мне ещё раз.
editing-returns-edited = Чтобы вернуть её, измените её файл в его папке, и она будет добавлена снова.
editing-withdraw-replaced = Её заменила новая версия, и она цитируется. Чтобы отозвать её, напишите /withdraw ещё раз.
editing-withdraw-gone = Эту статью я больше не цитирую.
editing-status = Состояние
editing-status-size = Статей: { $articles }, отрывков: { $chunks }, сюжетов: { $stories }
editing-status-newest = Самая новая статья: { $day }
editing-status-built = Индекс изменён { $time } назад ({ $built })
editing-status-model = Модель: { $model }
editing-status-day = За 24 часа: { $figures }
editing-status-week = За 7 дней: { $figures }
editing-status-waiting = Ожидающих сообщений: { $count }
editing-status-running = Бот работает уже { $time }
editing-no-questions = вопросов не было
editing-questions = { $count ->
    [one] { $count } вопрос, без ответа { $rate } %, 95 из 100 не дольше { $seconds } с
    [few] { $count } вопроса, без ответа { $rate } %, 95 из 100 не дольше { $seconds } с
    [many] { $count } вопросов, без ответа { $rate } %, 95 из 100 не дольше { $seconds } с
   *[other] { $count } вопроса, без ответа { $rate } %, 95 из 100 не дольше { $seconds } с
}
editing-seconds = { $count ->
    [one] { $count } секунду
    [few] { $count } секунды
    [many] { $count } секунд
   *[other] { $count } секунды
}
editing-minutes = { $count ->
    [one] { $count } минуту
    [few] { $count } минуты
    [many] { $count } минут
   *[other] { $count } минуты
}
editing-hours = { $count ->
    [one] { $count } час
    [few] { $count } часа
    [many] { $count } часов
   *[other] { $count } часа
}
editing-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
    [many] { $count } дней
   *[other] { $count } дня
}
editing-rebuild-begun = 🔄 Индекс строится заново. На вопросы я тем временем отвечаю.
editing-rebuild-running = Индекс сейчас строится заново. Пожалуйста, подождите, пока это закончится.
editing-step = { $stage }: { $done } из { $total }
editing-stage-model = Подготовка модели
editing-stage-reading = Чтение статей
editing-stage-encoding = Кодирование статей
editing-stage-reader = Подготовка модели, которая читает
editing-stage-golden = Проверка на контрольных вопросах
editing-rebuilt = ✅ Индекс построен заново за { $time }.
editing-rebuilt-counts = Новых: { $added }, изменённых: { $changed }, отозванных: { $gone }, прежних: { $unchanged }
editing-rebuild-failed = ⚠️ Индекс не построен заново и остался прежним: { $reason }
editing-rebuild-broken = ⚠️ Индекс не построен заново и остался прежним. Причина — моя ошибка, она записана в журнал.
editing-rebuild-interrupted = ⚠️ Построение индекса прервано, потому что бота остановили. Индекс цел, и ответы по нему продолжаются. Чтобы начать снова, напишите /rebuild.
