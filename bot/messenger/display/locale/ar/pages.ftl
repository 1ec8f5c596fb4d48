pages-overview = ما تقوله المقالات:
pages-not-told = لا تذكر المقالات ذلك.
pages-nearest = وهذا أقرب ما ورد فيها:
pages-closest = أقرب المقاطع:
pages-carried = { $count ->
    [zero] أول من نشره
    [one] أول من نشره
    [two] الأسبق بين مقالين نشراه
    [few] الأسبق بين { $count } مقالات نشرته
    [many] الأسبق بين { $count } مقالًا نشرته
   *[other] الأسبق بين { $count } مقال نشرته
}
pages-sources = { $count ->
    [zero] لا مقالات في الفهرس:
    [one] في الفهرس مقال واحد:
    [two] في الفهرس مقالان، الأحدث أولًا:
    [few] في الفهرس { $count } مقالات، الأحدث أولًا:
    [many] في الفهرس { $count } مقالًا، الأحدث أولًا:
   *[other] في الفهرس { $count } مقال، الأحدث أولًا:
}
pages-no-sources = لا مقالات في الفهرس بعد.
pages-more = { $count ->
    [zero] … ولا غيرها.
    [one] … ومقال آخر.
    [two] … ومقالان آخران.
    [few] … و{ $count } مقالات أخرى.
    [many] … و{ $count } مقالًا آخر.
   *[other] … و{ $count } مقال آخر.
}
pages-latest = أحدث المقالات:
pages-place = الصفحة { $page } من { $count }
pages-withdrawn = سُحب هذا المقال أو استُبدل منذ ذلك الحين، لذلك لم أعد أقتبس منه.
pages-gone = لم يعد هذا المقال في الفهرس، لذلك لا أستطيع عرض المقطع.
pages-other-sources = مصادر أخرى:
pages-carriers = { $count ->
    [zero] لا يقول ذلك مصدر آخر.
    [one] وردت الكلمات نفسها في مقال آخر.
    [two] وردت الكلمات نفسها في مقالين آخرين.
    [few] وردت الكلمات نفسها في { $count } مقالات أخرى.
    [many] وردت الكلمات نفسها في { $count } مقالًا آخر.
   *[other] وردت الكلمات نفسها في { $count } مقال آخر.
}
pages-carriers-named = وردت الكلمات نفسها أيضًا في:
