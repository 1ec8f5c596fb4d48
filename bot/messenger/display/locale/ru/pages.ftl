pages-overview = Что сказано в статьях:
pages-not-told = В статьях об этом не сказано.
pages-nearest = Ближе всего вот это:
pages-closest = Ближайшие отрывки:
pages-carried = { $count ->
    [one] самая ранняя из { $count } публикации
    [few] самая ранняя из { $count } публикаций
    [many] самая ранняя из { $count } публикаций
   *[other] самая ранняя из { $count } публикации
}
pages-sources = { $count ->
    [1] В индексе { $count } статья:
    [one] В индексе { $count } статья, сначала новые:
    [few] В индексе { $count } статьи, сначала новые:
    [many] В индексе { $count } статей, сначала новые:
   *[other] В индексе { $count } статьи, сначала новые:
}
pages-no-sources = В индексе пока нет статей.
pages-more = … и ещё { $count }.
pages-latest = Новые статьи:
pages-place = Страница { $page } из { $count }
pages-withdrawn = Эту статью с тех пор отозвали или заменили, поэтому я её больше не цитирую.
pages-gone = Этой статьи больше нет в индексе, поэтому показать отрывок я не могу.
pages-other-sources = Другие источники:
pages-carriers = { $count ->
    [0] Других источников нет.
    [one] Те же слова есть ещё в { $count } статье.
    [few] Те же слова есть ещё в { $count } статьях.
    [many] Те же слова есть ещё в { $count } статьях.
   *[other] Те же слова есть ещё в { $count } статьи.
}
pages-carriers-named = Те же слова есть и здесь:
