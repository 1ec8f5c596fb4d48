"""Turn a raw span into a quotation: whole words, a number with its noun, the sentence around it.

Everything here returns character spans of the canonical text it was given, nothing else.
"""

import re
import unicodedata
from itertools import takewhile

from index.metadata import is_label
from index.sentences import Paragraph, Span, split_paragraphs, split_sentences

MAX_NOUN_WORDS = 4

_HEDGE = (
    r"(?:about|around|nearly|almost|approximately|some|over|under|at least|at most|more than"
    r"|less than|fewer than|up to|as many as|as few as|roughly|close to|only|exactly)"
)
_NUMBER = re.compile(
    rf"(?:{_HEDGE}\s+)?"
    r"[€$£¥]?\d[\d.,]*(?:\s?(?:hundred|thousand|million|billion|trillion|bn|m|k))*",
    re.IGNORECASE,
)
NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion trillion dozen dozens hundreds thousands millions""".split()
)
_BEFORE_NUMBER = re.compile(rf"(?:\b{_HEDGE}[ \u00a0])?[€$£¥]?\Z", re.IGNORECASE)
_MAX_HEDGE_CHARS = 20
_UNIT = re.compile(
    r"\s?(?:%|°[CF]?|(?:percent|per cent|hundred|thousand|million|billion|trillion|bn|kilomet\w+"
    r"|met(?:er|re)s?|centimet\w+|millimet\w+|miles?|feet|foot|inches|km|cm|mm|kg|kilograms?|grams?"
    r"|tons?|tonnes?|lit(?:er|re)s?|barrels?|acres?|hectares?|degrees?(?: (?:Celsius|Fahrenheit))?"
    r"|years?|months?|weeks?|days?|hours?|minutes?|seconds?|dollars?|euros?|pounds?|rubles?|lira"
    r"|yuan|yen|people|times|points?|votes?|seats?)\b)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow (?:many|much)\b((?:[\s-]+[\w’']+){0,5})", re.IGNORECASE)
_PLURAL = re.compile(r"[^s]s$|(?:men|people|children|feet|aircraft|police|troops)$")
_VERB_LIKE = re.compile(r"ed$|ing$|^(?:died|fell|fled|left|lost|says|shows|took|voted|went|won)$")
_YEAR_AFTER = re.compile(r",? (?:of )?(?:1[5-9]|20)\d\d\b")
_ENDS_IN_DAY = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?(?: \d{1,2})?$",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"[ \u00a0-]([\w’'-]+)")
_NOT_IN_NOUN_PHRASE = frozenset(
    """a an the of in on at to from by for with and or but as than that which who were was is are be
    been had has have will would could can may did do does said when while after before since
    during between into over under out up off across through via per about against""".split()
)
_IN_NUMBER = re.compile(r"\d[.,:]\d")
# joiners, skin colours, and the tags that make flags of regions
_CLINGING = re.compile("[\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_OUTER = re.compile(r"[\"'“”‘’«»,;:()\[\]–—\s-]")


def tidy_span(text: str, start: int, end: int, question: str) -> Span:
    """Widen a span to whole words, a number to its noun, a date to its year; strip the edges.

    A span never runs over the end of a paragraph.
    """
    start, end = _whole_words(text, *_within_paragraph(text, start, end))
    start, end = _stripped(text, start, _before_stray_bracket(text, start, end))
    if start == end:
        return start, end
    if _is_number(text[start:end]):
        end = _with_noun(text, end, question)
        before = _BEFORE_NUMBER.search(text, max(0, start - _MAX_HEDGE_CHARS), start)
        start = before.start() if before else start
    if _ENDS_IN_DAY.search(text[start:end]) and (year := _YEAR_AFTER.match(text, end)):
        end = year.end()
    return _whole_words(text, start, end)


def sentence_around(text: str, start: int, end: int) -> Span:
    """The sentence that holds a span; where the span crosses borders, all it touches."""
    around = [(start, end)]
    for paragraph in split_paragraphs(text):
        if paragraph.start < end and paragraph.end > start:
            spans = (
                [(paragraph.start, paragraph.end)]
                if paragraph.heading
                else split_sentences(text, paragraph.start, paragraph.end)
            )
            around += [(a, b) for a, b in spans if a < end and b > start]
    return _whole_words(text, min(a for a, _ in around), max(b for _, b in around))


def is_in_heading(text: str, start: int) -> bool:
    """Whether a span begins in a heading, byline or date line."""
    paragraph = _paragraph_at(text, start)
    return paragraph is not None and paragraph.heading


def is_in_label(text: str, start: int) -> bool:
    """Whether a span begins in a byline, date line or the like, which tells of the article only."""
    paragraph = _paragraph_at(text, start)
    return paragraph is not None and is_label(text[paragraph.start : paragraph.end])


def _paragraph_at(text: str, position: int) -> Paragraph | None:
    return next((one for one in split_paragraphs(text) if one.start <= position < one.end), None)


def _within_paragraph(text: str, start: int, end: int) -> Span:
    """Cut a span that runs over a paragraph's end: to its longest part that is no heading."""
    parts = [
        (not one.heading, min(end, one.end) - max(start, one.start), one)
        for one in split_paragraphs(text)
        if one.start < end and one.end > start
    ]
    if len(parts) < 2:
        return start, end
    _, _, kept = max(parts, key=lambda part: part[:2])
    return max(start, kept.start), min(end, kept.end)


def _whole_words(text: str, start: int, end: int) -> Span:
    """Widen to the borders of words and numbers, never parting a letter from its marks."""
    while cuts_word(text, start):
        start -= 1
    while cuts_word(text, end):
        end += 1
    return start, end


def cuts_word(text: str, at: int) -> bool:
    """Whether a border at `at` would cut through a word or a number such as 4,000."""
    if not 0 < at < len(text):
        return False
    around = text[max(0, at - 2) : at + 2]
    return _joined(text[at - 1], text[at]) or bool(_IN_NUMBER.search(around))


def _joined(left: str, right: str) -> bool:
    """Whether a quotation must not begin or end between two characters."""
    if left.isspace() or right.isspace():
        return False
    if unicodedata.category(right).startswith("M") or _CLINGING.match(right):
        return True
    if left in "\u200c\u200d" or _FLAG.match(left + right):
        return True
    return (left.isalnum() and right.isalnum()) and not _is_wide(left) and not _is_wide(right)


def _is_wide(character: str) -> bool:
    """Scripts written without blanks, where every character may begin a word."""
    return unicodedata.east_asian_width(character) in "WF" or "\u0e00" <= character <= "\u0eff"


def _stripped(text: str, start: int, end: int) -> Span:
    """Take quotation marks, commas and blanks off the edges; keep a closing bracket in pair."""
    while start < end and _OUTER.match(text, start):
        if start + 1 < end and _joined(text[start], text[start + 1]):
            break
        start += 1
    while end > start and _OUTER.match(text, end - 1):
        if text[end - 1] == ")" and "(" in text[start:end]:
            break
        if end - 1 > start and _joined(text[end - 2], text[end - 1]):
            break
        end -= 1
    return start, end


def _before_stray_bracket(text: str, start: int, end: int) -> int:
    """Where a span ends that must not run out of the brackets in which it began."""
    depth = 0
    for position in range(start, end):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth < 0 and position > start:
            return position
        depth = max(depth, 0)
    return end


def _is_number(words: str) -> bool:
    return bool(_NUMBER.fullmatch(words)) or all(
        word in NUMBER_WORDS for word in re.split(r"[\s-]+", words.lower())
    )


def _with_noun(text: str, end: int, question: str) -> int:
    """Extend a number to its unit, or to the noun that the question counts."""
    while unit := _UNIT.match(text, end):
        end = unit.end()
    counted = _COUNTED.search(question)
    if not counted:
        return end
    stem = _counted_stem(counted[1])
    words, reach, plural = 0, end, end
    while words < MAX_NOUN_WORDS and (following := _NEXT_WORD.match(text, reach)):
        word = following[1].lower()
        if word in _NOT_IN_NOUN_PHRASE or (not stem and _VERB_LIKE.search(word)):
            break
        reach, words = following.end(), words + 1
        if stem and any(part.startswith(stem) for part in word.split("-")):
            return reach
        if _PLURAL.search(word) and plural == end:
            plural = reach
    return end if stem else plural


def _counted_stem(asked: str) -> str | None:
    """How the noun begins that a question counts: its first plural, else the word after "many".

    None where no noun is named, as in "how many were killed?".
    """
    words = re.findall(r"[\w’']+", asked.lower())
    phrase = list(takewhile(lambda word: word not in _NOT_IN_NOUN_PHRASE, words))
    named = [word for word in phrase if _PLURAL.search(word)] or phrase
    return named[0][:5] if named and not _VERB_LIKE.search(named[0]) else None
