editing-editors-only = هذا متاح لمحرري هذا البوت فقط. لكن يمكنك أن تطرح عليّ سؤالًا فأجيبك من المقالات.
editing-added = ✅ أُضيف إلى الفهرس
editing-changed = ✅ أُضيفت نسخة جديدة
editing-unchanged = ✅ موجود في الفهرس بهذا النص نفسه
editing-gone = 🚫 لم يعد يُقتبس منه
editing-failed = ⚠️ لم يُضَف
editing-replaces = حلّ محلّ النسخة التي أُضيفت في { $day }.
editing-replaces-titled = حلّ محلّ «{ $title }» التي أُضيفت في { $day }.
editing-nothing-new = لا جديد هناك.
editing-further-added = { $count ->
    [zero] … ولا مقالات أخرى أُضيفت
    [one] … ومقال آخر أُضيف
    [two] … ومقالان آخران أُضيفا
    [few] … و{ $count } مقالات أخرى أُضيفت
    [many] … و{ $count } مقالًا آخر أُضيف
   *[other] … و{ $count } مقال آخر أُضيف
}
editing-further-changed = { $count ->
    [zero] … ولا نسخ جديدة أخرى
    [one] … ونسخة جديدة أخرى
    [two] … ونسختان جديدتان أخريان
    [few] … و{ $count } نسخ جديدة أخرى
    [many] … و{ $count } نسخة جديدة أخرى
   *[other] … و{ $count } نسخة جديدة أخرى
}
editing-further-unchanged = { $count ->
    [zero] … ولا مقالات أخرى لم تتغيّر
    [one] … ومقال آخر لم يتغيّر
    [two] … ومقالان آخران لم يتغيّرا
    [few] … و{ $count } مقالات أخرى لم تتغيّر
    [many] … و{ $count } مقالًا آخر لم يتغيّر
   *[other] … و{ $count } مقال آخر لم يتغيّر
}
editing-further-gone = { $count ->
    [zero] … ولا مقالات أخرى لم يعد يُقتبس منها
    [one] … ومقال آخر لم يعد يُقتبس منه
    [two] … ومقالان آخران لم يعد يُقتبس منهما
    [few] … و{ $count } مقالات أخرى لم يعد يُقتبس منها
    [many] … و{ $count } مقالًا آخر لم يعد يُقتبس منه
   *[other] … و{ $count } مقال آخر لم يعد يُقتبس منه
}
editing-further-failed = { $count ->
    [zero] … ولا مقالات أخرى لم تُضَف
    [one] … ومقال آخر لم يُضَف
    [two] … ومقالان آخران لم يُضافا
    [few] … و{ $count } مقالات أخرى لم تُضَف
    [many] … و{ $count } مقالًا آخر لم يُضَف
   *[other] … و{ $count } مقال آخر لم يُضَف
}
editing-wrong-kind = لا أستطيع إضافة ملفات من هذا النوع. الأنواع التي أقرؤها: { $kinds }.
editing-too-large = هذا الملف كبير جدًا: لا يسمح تيليغرام للبوتات بجلب أكثر من { $megabytes } ميغابايت. قسّمه من فضلك، أو أضفه بالأمر «dateline index add».
editing-not-fetched = لم أتمكن من جلب هذا الملف من تيليغرام. أعد إرساله من فضلك.
editing-no-text = ليس في هذا المنشور نص يمكنني إضافته.
editing-links-left = { $count ->
    [zero] لا آخذ أي رابط. أعد إرسال البقية من فضلك.
    [one] آخذ رابطًا واحدًا في كل مرة. أعد إرسال البقية من فضلك.
    [two] آخذ رابطين في كل مرة. أعد إرسال البقية من فضلك.
    [few] آخذ { $count } روابط في كل مرة. أعد إرسال البقية من فضلك.
    [many] آخذ { $count } رابطًا في كل مرة. أعد إرسال البقية من فضلك.
   *[other] آخذ { $count } رابط في كل مرة. أعد إرسال البقية من فضلك.
}
editing-busy = هناك ما يغيّر الفهرس الآن. حاول مرة أخرى بعد بضع دقائق من فضلك.
editing-error = لم ينجح ذلك: { $reason }
editing-withdraw-usage = اكتب /withdraw ثم مسار مقال أو عنوانه أو معرّفه، أو ردّ بـ /withdraw على إجابة تقتبس منه.
editing-withdraw-no-quotation = الرسالة التي رددت عليها لا تقتبس من أي مقال. اكتب /withdraw ثم مسار مقال أو عنوانه أو معرّفه.
editing-withdraw-unknown = لا أقتبس من مقال باسم «{ $name }». يعرض /sources بعض المقالات.
editing-withdraw-ask = { $count ->
    [zero] لا مقالات لسحبها.
    [one] هل يُسحب هذا المقال؟ لن يُقتبس منه بعد ذلك.
    [two] أي هذين المقالين يُسحب؟
    [few] أي هذه المقالات يُسحب؟
    [many] أي هذه المقالات يُسحب؟
   *[other] أي هذه المقالات يُسحب؟
}
editing-withdraw-button = سحب
editing-withdraw-button-of = سحب { $number }
editing-keep-button = إبقاء
editing-kept = لم يُسحب شيء.
editing-withdrawn = سُحب: لم يعد يُقتبس منه.
editing-returns-sent = لإعادته أرسله إليّ مرة أخرى.
editing-returns-edited = لإعادته عدّل ملفه في مجلده، فيُضاف من جديد.
editing-withdraw-replaced = حلّت محلّه نسخة جديدة يُقتبس منها. لسحبها اكتب /withdraw مرة أخرى.
editing-withdraw-gone = لم أعد أقتبس من هذا المقال.
editing-status = الحالة
editing-status-size = المقالات: { $articles }، المقاطع: { $chunks }، الأخبار: { $stories }
editing-status-newest = أحدث مقال: { $day }
editing-status-built = تغيّر الفهرس قبل { $time } ({ $built })
editing-status-model = النموذج: { $model }
editing-status-day = آخر 24 ساعة: { $figures }
editing-status-week = آخر 7 أيام: { $figures }
editing-status-waiting = الرسائل المنتظرة: { $count }
editing-status-running = يعمل البوت منذ { $time }
editing-no-questions = لا أسئلة
editing-questions = { $count ->
    [zero] لا أسئلة
    [one] سؤال واحد، بلا إجابة { $rate }٪، 95 من 100 في { $seconds } ث أو أقل
    [two] سؤالان، بلا إجابة { $rate }٪، 95 من 100 في { $seconds } ث أو أقل
    [few] { $count } أسئلة، بلا إجابة { $rate }٪، 95 من 100 في { $seconds } ث أو أقل
    [many] { $count } سؤالًا، بلا إجابة { $rate }٪، 95 من 100 في { $seconds } ث أو أقل
   *[other] { $count } سؤال، بلا إجابة { $rate }٪، 95 من 100 في { $seconds } ث أو أقل
}
editing-seconds = { $count ->
    [zero] { $count } ثانية
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $count } ثوانٍ
    [many] { $count } ثانية
   *[other] { $count } ثانية
}
editing-minutes = { $count ->
    [zero] { $count } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $count } دقائق
    [many] { $count } دقيقة
   *[other] { $count } دقيقة
}
editing-hours = { $count ->
    [zero] { $count } ساعة
    [one] ساعة واحدة
    [two] ساعتين
    [few] { $count } ساعات
    [many] { $count } ساعة
   *[other] { $count } ساعة
}
editing-days = { $count ->
    [zero] { $count } يوم
    [one] يوم واحد
    [two] يومين
    [few] { $count } أيام
    [many] { $count } يومًا
   *[other] { $count } يوم
}
editing-rebuild-begun = 🔄 يُعاد بناء الفهرس. تستمر الإجابة عن الأسئلة في هذه الأثناء.
editing-rebuild-running = يُعاد بناء الفهرس الآن. انتظر من فضلك حتى ينتهي ذلك.
editing-step = { $stage }: { $done } من { $total }
editing-stage-model = تحضير النموذج
editing-stage-reading = قراءة المقالات
editing-stage-encoding = ترميز المقالات
editing-stage-reader = تحضير القارئ
editing-stage-golden = طرح أسئلة التحقق
editing-rebuilt = ✅ أُعيد بناء الفهرس في { $time }.
editing-rebuilt-counts = الجديدة: { $added }، المعدَّلة: { $changed }، المسحوبة: { $gone }، كما كانت: { $unchanged }
editing-rebuild-failed = ⚠️ لم يُعَد بناء الفهرس وبقي كما كان: { $reason }
editing-rebuild-broken = ⚠️ لم يُعَد بناء الفهرس وبقي كما كان. السبب خطأ مني، وهو مدوَّن في السجل.
editing-rebuild-interrupted = ⚠️ توقفت إعادة البناء لأن البوت أُوقف. الفهرس سليم وتستمر الإجابة منه. اكتب /rebuild للبدء من جديد.
