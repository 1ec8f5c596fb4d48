"""Invented articles in files of several kinds, and any number of genuine answers from them."""

import json
import random
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.articles import Article
from index.library import Library
from retrieval.answer import (
    Answer,
    AskedPeriod,
    Basis,
    Citation,
    Passage,
    Relation,
    Rewrite,
    Support,
    Understanding,
    Variant,
)
from tests.support import build, open_library, write_files

TOWNS = ("Aldermoor", "Brackwater", "Çelikova", "Dunmarsh", "Ezhevsk", "Farlough", "Günbatı")
PEOPLE = ("Ada Lind", "Ben Ode", "Çiğdem Ak", "Dr. O’Hara", "Емельян Рог")
SPAN, SENTENCE, OVERVIEW = "Who counted the people?", "Why did it rain?", "What happened there?"
_WORD = re.compile(r"\d[\d,]*\d\w*|\w+")


def _body(number: int) -> str:
    town, person = TOWNS[number % len(TOWNS)], PEOPLE[number % len(PEOPLE)]
    count = 1000 + 137 * number
    return (
        f"{count:,} people left {town} after the flood, said {person}, who counted them twice. "
        f"“We have never seen the river so high,” the mayor of {town} said – and it rose on. 🌊\n\n"
        f"By Tuesday {number + 3} bridges were closed; the trains stood still. "
        f"水位は{number}メートル。 {person} expects calm weather on the {number % 27 + 1}th of May."
    )


def _fields(number: int) -> dict[str, str]:
    day, hour = f"2031-05-{number % 27 + 1:02d}", "T08:30:00+00:00" * (number % 6 == 0)
    told = {"published": day + hour, "source": f"Gazette {number % 5}"}
    if number % 3:
        told |= {"title": f"Flood in {TOWNS[number % len(TOWNS)]}, day {number}"}
    if number % 4 == 0:
        told |= {"author": PEOPLE[number % len(PEOPLE)]}
    if number % 2:
        told |= {"url": f"https://gazette.example/{number}"}
    return told


def _page(number: int, body: str) -> str:
    front = "".join(f"{key}: {json.dumps(value)}\n" for key, value in _fields(number).items())
    return f"---\n{front}---\n\n{body}\n"


def write_newsroom(folder: Path) -> Path:
    """Thirty articles, some of them reprints of another: Markdown, JSON Lines, in a ZIP archive."""
    write_files(folder, {f"north/{n}.md": _page(n, _body(n)) for n in range(10)})
    write_files(folder, {f"reprints/{n}.md": _page(n + 11, _body(n)) for n in range(0, 10, 2)})
    write_files(folder, {f"again/{n}.md": _page(n + 17, _body(n)) for n in range(0, 10, 4)})
    lines = [json.dumps({"text": _body(n), **_fields(n)}) for n in range(10, 18)]
    write_files(folder, {"wire.jsonl": "\n".join(lines), "plain.txt": _body(18)})
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        for number in range(20, 24):
            archive.writestr(f"y/{number}.md", _page(number, _body(number)))
    return folder


def open_newsroom(folder: Path) -> Library:
    """An index of them, in the folder beside."""
    build(write_newsroom(folder / "articles"), folder / "index")
    return open_library(folder / "index")


@dataclass
class Desk:
    """Writes answers that are true: any quotation from any article, in any form an answer has."""

    articles: Sequence[Article]
    chance: random.Random

    def answer(self) -> Answer:
        """A genuine answer."""
        form = self.chance.choice((self._span, self._sentence, self._overview, self._silence))
        return form()

    def carriers(self, article: Article, quote: str) -> list[Article]:
        """The other articles that have a quotation, the earliest first."""
        have = [one for one in self.articles if one.id != article.id and quote in one.text]
        return sorted(have, key=lambda one: (one.published is None, one.published or ""))

    def _span(self) -> Answer:
        article = self.chance.choice(self.articles)
        start, end = self._stretch(article.text, 0, len(article.text), 3)
        words = article.text[start:end]
        holders = [one for one in self.articles if place_of(one.text, words) is not None]
        holders = self.chance.sample(holders, min(len(holders), 3))
        cited = tuple(self._around(n, one, words) for n, one in enumerate(holders, 1))
        others = [self._variant() for _ in range(self.chance.randrange(3))]
        others.sort(key=lambda other: other.day or "", reverse=True)
        newest = max((one.published for one in cited if one.published), default="")
        variants = []
        for n, other in enumerate(others, len(cited) + 1):
            earlier = "" < (other.day or "") <= newest
            relation = self.chance.choice([*Relation][0 if earlier else 1 :])
            numbered = (replace(other.citations[0], n=n),)
            variants.append(replace(other, relation=relation, citations=numbered))
        return self._given(SPAN, words, cited, tuple(variants))

    def _sentence(self) -> Answer:
        cited = self._citations(1, marked=True)
        return self._given(SENTENCE, cited[0].quote, cited, ())

    def _overview(self) -> Answer:
        cited = self._citations(self.chance.randint(1, 5), marked=False)
        return self._given(OVERVIEW, "\n".join(one.quote for one in cited), cited, ())

    def _silence(self) -> Answer:
        closest = self._citations(self.chance.randint(0, 3), marked=True)
        kind = self.chance.choice((SPAN, SENTENCE, OVERVIEW))
        return Answer(
            kind, False, None, 0.1, (), self._passages(), closest, {"total": 1.0}, None, (), None
        )

    def _given(
        self, asked: str, words: str, cited: tuple[Citation, ...], variants: tuple[Variant, ...]
    ) -> Answer:
        support = self._support(cited) if self.chance.random() < 0.8 else None
        quoted = [*cited, *(one for other in variants for one in other.citations)]
        day = max((one.published for one in quoted if one.published), default=None)
        understanding = self._understanding(asked, day) if self.chance.random() < 0.8 else None
        timing = {"search": 3.25, "read": 88.0, "total": 91.25}
        return Answer(
            asked,
            True,
            words,
            self.chance.random(),
            cited,
            self._passages(),
            (),
            timing,
            support,
            variants,
            understanding,
        )

    def _variant(self) -> Variant:
        (cited,) = self._citations(1, marked=True)
        assert cited.answer_start is not None
        assert cited.answer_end is not None
        words = cited.quote[cited.answer_start - cited.start : cited.answer_end - cited.start]
        return Variant(self.chance.choice(list(Relation)), words, (cited,), self._support((cited,)))

    def _citations(self, count: int, *, marked: bool) -> tuple[Citation, ...]:
        cited = []
        for n, article in enumerate(self.chance.sample(list(self.articles), count), 1):
            span = self._stretch(article.text, 0, len(article.text), 25)
            mark = self._stretch(article.text, *span, 4) if marked else None
            cited.append(self._citation(n, article, span, mark))
        return tuple(cited)

    def _around(self, n: int, article: Article, words: str) -> Citation:
        at = place_of(article.text, words)
        assert at is not None
        mark = (at, at + len(words))
        starts = [start for start, _ in word_spans(article.text) if start <= at]
        ends = [end for _, end in word_spans(article.text) if end >= mark[1]]
        span = self.chance.choice(starts[-9:]), self.chance.choice(ends[:9])
        return self._citation(n, article, span, mark)

    def _citation(
        self, n: int, article: Article, span: tuple[int, int], mark: tuple[int, int] | None
    ) -> Citation:
        quote = article.text[span[0] : span[1]]
        published = article.published[:10] if article.published else None
        return Citation(
            n,
            article.id,
            article.title,
            article.source,
            article.author,
            published,
            article.path,
            article.url,
            span[0],
            span[1],
            quote,
            mark[0] if mark else None,
            mark[1] if mark else None,
            tuple(one.id for one in self.carriers(article, quote)[:4]),
        )

    def _days(self, cited: Sequence[Citation]) -> list[str]:
        """When the articles were published that are cited or carry a quotation."""
        ids = {one.article_id for one in cited} | {i for one in cited for i in one.carried_by}
        return [one.published[:10] for one in self.articles if one.id in ids and one.published]

    def _support(self, cited: Sequence[Citation]) -> Support:
        return Support(self.chance.randint(1, 6), max(self._days(cited), default=None))

    def _understanding(self, asked: str, newest: str | None) -> Understanding:
        period = AskedPeriod("2031-05-01", "2031-05-30", Basis.HAPPENED, "in May")
        return Understanding(
            asked,
            self.chance.choice((None, period)),
            self.chance.choice((None, newest, "2031-06-01")),
            self.chance.choice(((), (Rewrite("Who counted?", 0.5),))),
        )

    def _passages(self) -> tuple[Passage, ...]:
        chosen = self.chance.sample(list(self.articles), self.chance.randint(0, 4))
        return tuple(
            Passage(one.id, *self._stretch(one.text, 0, len(one.text), 40), self.chance.random())
            for one in chosen
        )

    def _stretch(self, text: str, start: int, end: int, most: int) -> tuple[int, int]:
        """Some whole words in a row."""
        words = [one for one in word_spans(text) if start <= one[0] and one[1] <= end]
        first = self.chance.randrange(len(words))
        last = min(len(words) - 1, first + self.chance.randrange(most))
        return words[first][0], words[last][1]


@cache
def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words and numbers of a text are."""
    return [one.span() for one in _WORD.finditer(text)]


def place_of(text: str, words: str) -> int | None:
    """Where some words stand first in a text as whole words."""
    if words not in text:
        return None
    ends = {end for _, end in word_spans(text)}
    for start, _ in word_spans(text):
        if text.startswith(words, start) and start + len(words) in ends:
            return start
    return None
