bounding-none = تأتي الإجابات من كل المقالات أيًا كان تاريخها.
bounding-empty = لا يمكن أن يُنشر شيء في { $since } أو بعده وفي { $until } أو قبله معًا، لذلك تركت كل شيء كما كان.
bounding-nothing-yet = لا توجد مقالات كهذه بعد؛ أحدثها بتاريخ { $newest }.
bounding-unread = لم أفهم أي يوم هو «{ $words }».
bounding-since-usage =
    اكتبه كأحد هذه الأسطر؛ السطر الأخير يلغيه:
    /since الاثنين
    /since الأسبوع الماضي
    /since 2024-12-21
    /since off
bounding-until-usage =
    اكتبه كأحد هذه الأسطر؛ السطر الأخير يلغيه:
    /until أمس
    /until الشهر الماضي
    /until 2024-12-21
    /until off
