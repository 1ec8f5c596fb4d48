"""Turn a raw span into a quotation: whole words, a number with its noun, the sentence around it.

Everything here returns character spans of the canonical text it was given, nothing else.
"""

import re
import unicodedata

from index.sentences import Span, split_paragraphs, split_sentences

MAX_NOUN_WORDS = 4

_NUMBER = re.compile(
    r"(?:(?:about|around|nearly|almost|some|over|at least|more than|up to|roughly)\s+)?"
    r"[€$£¥]?\d[\d.,]*(?:\s?(?:hundred|thousand|million|billion|trillion|bn|m|k))*",
    re.IGNORECASE,
)
_NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion trillion dozen dozens hundreds thousands millions""".split()
)
_UNIT = re.compile(
    r"\s?(?:%|°[CF]?|(?:percent|per cent|hundred|thousand|million|billion|trillion|bn|kilomet\w+"
    r"|met(?:er|re)s?|centimet\w+|millimet\w+|miles?|feet|foot|inches|km|cm|mm|kg|kilograms?|grams?"
    r"|tons?|tonnes?|lit(?:er|re)s?|barrels?|acres?|hectares?|degrees?(?: (?:Celsius|Fahrenheit))?"
    r"|years?|months?|weeks?|days?|hours?|minutes?|seconds?|dollars?|euros?|pounds?|rubles?|lira"
    r"|yuan|yen|people|times|points?|votes?|seats?)\b)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow (?:many|much)\s+(?:\w+\s+){0,2}?(\w{3,})", re.IGNORECASE)
_YEAR_AFTER = re.compile(r",? (?:of )?(?:1[5-9]|20)\d\d\b")
_ENDS_IN_DAY = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?(?: \d{1,2})?$",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"[ \u00a0-]([\w’'-]+)")
_NOT_IN_NOUN_PHRASE = frozenset(
    """a an the of in on at to from by for with and or but as than that which who were was is are be
    been had has have will would could can may did do does said when while after before since
    during between into over under out up off across through via per about against""".split()
)
_OUTER = "\"'“”‘’«»,;:()[]–—- \n\t"


def tidy_span(text: str, start: int, end: int, question: str) -> Span:
    """Widen a span to whole words, a number to its noun, a date to its year; strip the edges."""
    start, end = _whole_words(text, start, end)
    start, end = _stripped(text, start, end)
    if start == end:
        return start, end
    if _is_number(text[start:end]):
        end = _with_noun(text, end, question)
    if _ENDS_IN_DAY.search(text[start:end]) and (year := _YEAR_AFTER.match(text, end)):
        end = year.end()
    return start, end


def sentence_around(text: str, start: int, end: int) -> Span:
    """The sentence that holds a span; where the span crosses borders, all it touches."""
    for paragraph in split_paragraphs(text):
        if paragraph.start <= start < paragraph.end:
            if paragraph.heading:
                return paragraph.start, max(paragraph.end, end)
            touched = [
                (a, b)
                for a, b in split_sentences(text, paragraph.start, paragraph.end)
                if a < end and b > start
            ]
            if touched:
                return min(touched[0][0], start), max(touched[-1][1], end)
            return paragraph.start, max(paragraph.end, end)
    return start, end


def _whole_words(text: str, start: int, end: int) -> Span:
    """Widen to the borders of words, never parting a letter from its marks."""
    while start > 0 and start < len(text) and _joined(text[start - 1], text[start]):
        start -= 1
    while 0 < end < len(text) and _joined(text[end - 1], text[end]):
        end += 1
    return start, end


def _joined(left: str, right: str) -> bool:
    if unicodedata.combining(right) or right in "\u200d\ufe0f":
        return True
    return (left.isalnum() and right.isalnum()) and not _is_wide(left) and not _is_wide(right)


def _is_wide(character: str) -> bool:
    """Scripts written without blanks, where every character may begin a word."""
    return unicodedata.east_asian_width(character) in "WF" or "\u0e00" <= character <= "\u0eff"


def _stripped(text: str, start: int, end: int) -> Span:
    """Take quotation marks, commas and blanks off the edges; keep a closing bracket in pair."""
    while start < end and text[start] in _OUTER:
        start += 1
    while end > start and text[end - 1] in _OUTER:
        if text[end - 1] == ")" and "(" in text[start:end]:
            break
        end -= 1
    return start, end


def _is_number(words: str) -> bool:
    return bool(_NUMBER.fullmatch(words)) or all(
        word in _NUMBER_WORDS for word in re.split(r"[\s-]+", words.lower())
    )


def _with_noun(text: str, end: int, question: str) -> int:
    """Extend a number to its unit, or to the noun that the question counts."""
    if unit := _UNIT.match(text, end):
        end = unit.end()
    counted = _COUNTED.search(question)
    if not counted:
        return end
    stem, reach = counted[1].lower()[:5], end
    words = 0
    while words < MAX_NOUN_WORDS and (following := _NEXT_WORD.match(text, reach)):
        word = following[1].lower()
        if word in _NOT_IN_NOUN_PHRASE:
            break
        reach, words = following.end(), words + 1
        if any(part.startswith(stem) for part in word.split("-")):
            return reach
    return end
