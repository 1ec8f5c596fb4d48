"""How a time is written: the words for it in a text, found by their shape alone.

What they mean is read by `retrieval.times.expressions`; a text in which nothing is found here has
no time in it, and is never given to a slow parser.
"""

import re

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DAY = r"(?:[0-3]?\d(?!\d)(?:st|nd|rd|th)?)"
_YEAR = r"(?:1\d|20)\d\d(?![\d%]|[.,]\d|-\d\d?(?!\d))"
_NUMBERS = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
    r"|fifty)"
)
_UNITS = r"(?:day|week|month|year)"
_ORDINALS = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_CENTURY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth"
    r"|twenty-first)[ -]century"
)
_RU_MONTHS = (
    r"(?:январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-яё]*"
)
_RU_WEEKDAYS = r"(?:понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)[а-яё]*"
_TR_MONTHS = r"(?:ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık)"
_TR_WEEKDAYS = r"(?:pazartesi|salı|çarşamba|perşembe|cumartesi|cuma|pazar)"
_AR_MONTHS = r"(?:يناير|فبراير|مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)"
_AR_WEEKDAYS = r"(?:يوم )?(?:الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد)"

# Kinds of core, the more special before the more general.
_CORES = {
    "day": (
        rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}([./])\d{{1,2}}\1(?:\d{{4}}|\d\d)(?![\d.])"
        rf"|{_DAY}(?: of)? {_MONTHS}(?:,? {_YEAR})?|{_MONTHS} {_DAY}(?:,? {_YEAR})?"
        rf"|\d{{1,2}} {_RU_MONTHS}(?: {_YEAR}(?: (?:года|г\.))?)?"
        rf"|\d{{1,2}} {_TR_MONTHS}(?: {_YEAR})?|\d{{1,2}} {_AR_MONTHS}(?: {_YEAR})?"
    ),
    "month": (
        rf"{_MONTHS},?(?: of)? {_YEAR}|{_RU_MONTHS} {_YEAR}(?: (?:года|г\.))?"
        rf"|{_TR_MONTHS} {_YEAR}|{_AR_MONTHS} {_YEAR}|\d{{4}}-\d\d(?![-\d])"
    ),
    "part": (
        rf"(?:spring|summer|autumn|fall|winter)(?: of)? {_YEAR}|Q[1-4] {_YEAR}"
        rf"|{_ORDINALS} (?:half|quarter)(?: of)? {_YEAR}"
    ),
    "years": r"(?:1\d|20)\d\d ?[-–—/] ?(?:(?:1\d|20)\d\d|\d\d)(?![\d/-])",
    "long": rf"(?:1\d|20)\d0['’]?s\b|{_CENTURY}",
    "past": (
        rf"(?:last|past|previous) {_NUMBERS} (?:day|week|month|year)s"
        r"|последни[ех] \d+ [а-яё]+|son \d+ (?:gün|hafta|ay|yıl)"
        r"|آخر \d+ (?:أيام|أسابيع|أشهر|سنوات)"
    ),
    "ago": (
        rf"(?:{_NUMBERS}|a (?:few|couple(?: of)?)|several) (?:hour|{_UNITS})s? ago"
        r"|(?:\d+|два|две|три) [а-яё]+ назад|(?:\d+|bir|iki|üç) (?:gün|hafta|ay|yıl) önce"
        r"|منذ (?:أسبوع|شهر|سنة|يومين)|قبل (?:أسبوع|شهر|سنة|يومين)"
    ),
    "deictic": (
        rf"today|tonight|yesterday|tomorrow|last night|this (?:morning|afternoon|evening)"
        rf"|(?:this|last|past|previous|next) (?:week|weekend|month|year|{_WEEKDAYS}\b|{_MONTHS})"
        r"|сегодня|вчера|позавчера|завтра"
        r"|(?:на )?(?:прошлой|этой) неделе|(?:в )?(?:прошлом|этом) (?:месяце|году)"
        r"|(?:прошлой|этой) недели|bugün|dün|yarın|(?:geçen|bu) (?:hafta|ay|yıl|sene)"
        r"|اليوم|أمس|أول أمس|(?:الأسبوع|الشهر|العام) (?:الماضي|الحالي)"
    ),
    "weekday": rf"{_WEEKDAYS}|{_RU_WEEKDAYS}|{_TR_WEEKDAYS}(?:[dt][ae]n|y[ea])?|{_AR_WEEKDAYS}",
    "bare_month": rf"{_MONTHS}|{_RU_MONTHS}|{_TR_MONTHS}|{_AR_MONTHS}",
    "year": _YEAR,
}
CORE = re.compile(
    r"(?<![\w./])(?<!\d,)(?<!\d{4}-)(?<!-\d\d-)(?:"
    + "|".join(f"(?P<{kind}>{shape})" for kind, shape in _CORES.items())
    .replace(r"\1", r"(?P=dot)")
    .replace("([./])", "(?P<dot>[./])")
    + r")(?!\w)",
    re.IGNORECASE,
)
# "18 and 20 December", "December 18–20, 2024": days that share their month.
DAYS_BEFORE = re.compile(rf"(?<![\w.,])({_DAY})\s*(?:[-–—]|to|and|until)\s*\Z", re.IGNORECASE)
DAYS_AFTER = re.compile(rf"\s*[-–—]\s*({_DAY})(?:,? ({_YEAR}))?(?!\w)", re.IGNORECASE)
THIRD = re.compile(
    r"\b(?:(?P<early>early|beginning|start|начале|начала)|(?P<mid>mid|middle|середине)"
    r"|(?P<late>late|end|конце|конца))(?: in| of|-)?(?: the)?[ -]?\Z",
    re.IGNORECASE,
)
# "more than in 2005" compares with that time; "June/July" is two months
COMPARED = re.compile(r"\bthan\s+(?:in|on|during)\s", re.IGNORECASE)
# What stands before a time and says how it bounds what is asked.
_RELATIONS = {
    "since": r"(?:ever )?since|(?:starting|beginning|as) (?:in|from|on)|с|со|начиная с|منذ",
    "after": r"after|following|после|بعد",
    "before": r"before|prior to|earlier than|ahead of|перед|قبل",
    "until": r"until|till|up to|through|no later than|as of|by|до|по|к|حتى",
    "between": r"between|from|между|بين|من",
    "in": r"in|on|at|during|throughout|within|over|around|circa|for|of|в|во|за|на"
    r"|في|خلال|عام",
}
BEFORE_CORE = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"(?P<{name}>{shape})" for name, shape in _RELATIONS.items())
    + r")(?P<the>\s+(?:the|year|the year|عام|سنة|году?))?\s*\Z",
    re.IGNORECASE,
)
# "before the fall of Assad's government on 8 December": an event and, after it, its day.
EVENT_BEFORE = re.compile(
    r"\b(?:(?P<since>since)|(?P<after>after|following)|(?P<before>before|prior to)"
    r"|(?P<until>until|till))\s+(?:the|his|her|its|their|an?|[A-Z])[^,.;?!]{2,60}?\s"
    r"(?:(?:on|in|of)\s+(?:the\s+)?)?\Z"
)
# Turkish says it after the time: "pazartesiden beri", "2024'ten sonra", "cumaya kadar".
AFTER_CORE = re.compile(
    r"['’]?(?:[dt][ae]n|y?[ea]|n?d[ae])?(?: günü)?(?: yılında| yılından)? "
    r"(?:(?P<since>beri|itibaren)|(?P<after>sonra)|(?P<before>önce)|(?P<until>kadar))\b",
    re.IGNORECASE,
)
AND = re.compile(r"\s*(?:and|to|until|till|through|и|до|по|ile|و|إلى|حتى|[-–—])\s*(?:the )?")
