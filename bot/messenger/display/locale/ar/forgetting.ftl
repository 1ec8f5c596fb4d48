forgetting-done = حُذف ما يلي:
forgetting-nothing = لا أحتفظ بأي شيء يتعلق بك.
forgetting-questions = { $count ->
    [zero] لا أسئلة
    [one] سؤال واحد مع إجابته
    [two] سؤالان مع إجابتيهما
    [few] { $count } أسئلة مع إجاباتها
    [many] { $count } سؤالًا مع إجاباتها
   *[other] { $count } سؤال مع إجاباتها
}
forgetting-messages = { $count ->
    [zero] لا رسائل
    [one] رسالة مستلمة واحدة
    [two] رسالتان مستلمتان
    [few] { $count } رسائل مستلمة
    [many] { $count } رسالة مستلمة
   *[other] { $count } رسالة مستلمة
}
forgetting-feedback = { $count ->
    [zero] لا آراء
    [one] رأي واحد في إجابة
    [two] رأيان في إجابات
    [few] { $count } آراء في إجابات
    [many] { $count } رأيًا في إجابات
   *[other] { $count } رأي في إجابات
}
forgetting-watches = { $count ->
    [zero] لا أسئلة متابَعة
    [one] سؤال متابَع واحد
    [two] سؤالان متابَعان
    [few] { $count } أسئلة متابَعة
    [many] { $count } سؤالًا متابَعًا
   *[other] { $count } سؤال متابَع
}
forgetting-settings = إعدادات هذه المحادثة
forgetting-as-yourself = لا أستطيع معرفة من أنت ما دمت تكتب باسم محادثة. أرسل /forget باسمك من فضلك.
