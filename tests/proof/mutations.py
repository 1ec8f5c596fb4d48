"""Every way to make a true answer untrue: one change to its JSON, after which a claim is false."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.articles import Article
from index.stories.revisions import carries
from tests.proof.newsroom import SPAN

Told = dict[str, Any]
EDITS = "xé0.”“ \u00a0’'-–🌊\n"
STATED = ("title", "source", "author", "published", "url", "path")
NULLABLE = (*STATED, "support", "understanding", "period", "as_of", "newest")


@dataclass
class Mutator:
    """Spoils answers that were true of some articles."""

    articles: Mapping[str, Article]
    chance: random.Random

    def mutate(self, line: str) -> tuple[str, Told]:
        """The name of a mutation, and the answer of a line of JSON with it."""
        while True:
            told: Told = json.loads(line)
            mutation = self.chance.choice(MUTATIONS)
            if mutation(self, told):
                return mutation.__name__, told

    # ---- quotations

    def quote_edited(self, told: Told) -> bool:
        """A character of a quote replaced, left out, put in, or in the other case."""
        cited = self._citation(told)
        return cited is not None and self._edit(cited, "quote")

    def quote_of_another(self, told: Told) -> bool:
        """The words of another article, with everything else as it was."""
        cited = self._citation(told)
        if cited is None:
            return False
        other = self._other(cited["article_id"]).text
        size = cited["end"] - cited["start"]
        return self._set(cited, "quote", other[:size])

    def place_shifted(self, told: Told) -> bool:
        """Start, end or both moved, near or far, also beyond the article."""
        cited = self._citation(told)
        if cited is None:
            return False
        by = self.chance.choice((1, -1, 2, -3, 40, -200, 10_000)) * self.chance.randint(1, 3)
        for name in self.chance.choice((("start",), ("end",), ("start", "end"))):
            cited[name] += by
        text = self.articles[cited["article_id"]].text
        start, end = cited["start"], cited["end"]
        return not (0 <= start < end and text[start:end] == cited["quote"])

    def article_swapped(self, told: Told) -> bool:
        """The id of another article, of none, or with one digit wrong."""
        cited = self._citation(told)
        if cited is None:
            return False
        if self.chance.random() < 0.3:
            return self._edit(cited, "article_id")
        return self._set(cited, "article_id", self._other(cited["article_id"]).id)

    def articles_exchanged(self, told: Told) -> bool:
        """Two citations that have each other's article."""
        found = list(_citations(told))
        if len(found) < 2:
            return False
        one, other = self.chance.sample(found, 2)
        one["article_id"], other["article_id"] = other["article_id"], one["article_id"]
        return bool(one["article_id"] != other["article_id"])

    def stated_altered(self, told: Told) -> bool:
        """Date, title, source, author, address or path of another article, edited, or dropped."""
        cited = self._citation(told)
        if cited is None:
            return False
        name = self.chance.choice(STATED)
        if cited[name] is not None and self.chance.random() < 0.4:
            return self._edit(cited, name)
        other = getattr(self._other(cited["article_id"]), name)
        return self._set(cited, name, "x" if other is None and name == "path" else other)

    def number_wrong(self, told: Told) -> bool:
        """A citation that is counted otherwise."""
        cited = self._citation(told)
        return cited is not None and self._set(cited, "n", self.chance.randint(-1, 9))

    def mark_misplaced(self, told: Told) -> bool:
        """The answer marked outside the quote, at one end only, or the wrong way round."""
        cited = self._citation(told)
        if cited is None or cited["answer_start"] is None:
            return False
        name = self.chance.choice(("answer_start", "answer_end"))
        wrong = (None, cited["start"] - 1, cited["end"] + 1, -5, 10**30)
        swapped = cited["answer_end" if name == "answer_start" else "answer_start"]
        return self._set(cited, name, self.chance.choice((*wrong, swapped)))

    def mark_shifted(self, told: Told) -> bool:
        """Other words of the first quote marked than those that are the answer."""
        if told["question"] != SPAN or not told["citations"]:
            return False
        cited = told["citations"][0]
        by = self.chance.choice((1, -1, 2, -2, 7, -7))
        for name in self.chance.choice((("answer_start",), ("answer_end",), MARKS)):
            cited[name] += by
        start, end = cited["answer_start"], cited["answer_end"]
        text = self.articles[cited["article_id"]].text
        return not (0 <= start < end and text[start:end] == told["answer"])

    def carrier_invented(self, told: Told) -> bool:
        """An article that carries the quote, and does not; or is counted twice."""
        cited = self._citation(told)
        if cited is None:
            return False
        other = self._other(cited["article_id"])
        lacks = cited["quote"] not in other.text and not carries(other.text, cited["quote"])
        known = (*cited["carried_by"], cited["article_id"], "0123456789abcdef")
        invented = other.id if lacks else self.chance.choice(known)
        cited["carried_by"].insert(self.chance.randint(0, len(cited["carried_by"])), invented)
        return True

    def carriers_disordered(self, told: Told) -> bool:
        """The articles that carry a quote, the latest first."""
        cited = self._citation(told)
        if cited is None:
            return False
        days = [self.articles[identity].published for identity in cited["carried_by"]]
        cited["carried_by"].reverse()
        return len(set(days)) == len(days) > 1

    # ---- the answer itself

    def answer_edited(self, told: Told) -> bool:
        """A character of the short answer."""
        return told["answer"] is not None and self._edit(told, "answer")

    def answer_replaced(self, told: Told) -> bool:
        """Other words of the same article."""
        if not told["answered"]:
            return False
        text = self.articles[told["citations"][0]["article_id"]].text
        start = self.chance.randrange(len(text) - 30)
        return self._set(told, "answer", text[start : start + self.chance.randint(1, 30)])

    def answered_denied(self, told: Told) -> bool:
        """Answered without an answer or a citation, or the other way round."""
        value: object
        if not told["answered"]:
            name = self.chance.choice(("answered", "answer"))
            value = {"answered": True, "answer": "4,000"}[name]
        else:
            name = self.chance.choice(("answered", "answer", "citations"))
            value = {"answered": False, "answer": None, "citations": []}[name]
        return self._set(told, name, value)

    def support_altered(self, told: Told) -> bool:
        """Support by nobody, or of another day than any article that is cited."""
        held = [one for one in (told, *told["variants"]) if one["support"]]
        if not held:
            return False
        chosen = self.chance.choice(held)
        if self.chance.random() < 0.3:
            return self._set(chosen["support"], "sources", self.chance.randint(-3, 0))
        dated = any(cited["published"] for cited in chosen["citations"])
        wrong = ["2031-05-31", "2031-04-30", "2031-05-1", "yesterday", *([None] if dated else [])]
        return self._set(chosen["support"], "newest", self.chance.choice(wrong))

    def variant_spoiled(self, told: Told) -> bool:
        """Another answer that its citation does not give, of no relation, or without citation."""
        if not told["variants"]:
            return False
        variant = self.chance.choice(told["variants"])
        kind = self.chance.randrange(3)
        if kind == 0:
            return self._set(variant, "relation", self.chance.choice(("", "Update", "echo", None)))
        return self._set(variant, "citations", []) if kind == 1 else self._edit(variant, "answer")

    def variants_disordered(self, told: Told) -> bool:
        """Other answers with the oldest first, or an earlier state that is the later one."""
        days = [_day(variant["citations"]) for variant in told["variants"]]
        if self.chance.random() < 0.5:
            told["variants"].reverse()
            return len(set(days)) > 1
        first = _day(told["citations"])
        pairs = zip(told["variants"], days, strict=True)
        later = [one for one, day in pairs if day == "" or day > first]
        return bool(later) and self._set(later[0], "relation", "update")

    def later_than_asked(self, told: Told) -> bool:
        """An answer as of a day before what it cites, or of no day at all."""
        if not told["understanding"]:
            return False
        days = [cited["published"] for cited in _citations(told) if cited["published"]]
        day = "2031-04-30" if days and self.chance.random() < 0.7 else "2031-02-30"
        return self._set(told["understanding"], "as_of", day)

    def passage_misplaced(self, told: Told) -> bool:
        """A passage beyond its article, empty, of no article, or with no probability."""
        if not told["passages"]:
            return False
        passage = self.chance.choice(told["passages"])
        name, value = self.chance.choice(
            (
                ("start", -1),
                ("start", passage["end"]),
                ("end", len(self.articles[passage["article_id"]].text) + 1),
                ("end", passage["start"]),
                ("article_id", "0123456789abcdef"),
                ("score", 1.5),
                ("score", -0.1),
            )
        )
        return self._set(passage, name, value)

    def range_left(self, told: Told) -> bool:
        """A confidence that is none, a time before the question."""
        if self.chance.random() < 0.5:
            return self._set(told, "confidence", self.chance.choice((-0.01, 1.01, 10**400)))
        return self._set(told["timing_ms"], "total", -1)

    # ---- the shape

    def field_lost(self, told: Told) -> bool:
        """A field left out."""
        held = self.chance.choice(list(_objects(told)))
        del held[self.chance.choice(list(held))]
        return True

    def field_renamed(self, told: Told) -> bool:
        """A field under another name."""
        held = self.chance.choice(list(_objects(told)))
        name = self.chance.choice(list(held))
        held[name.title()] = held.pop(name)
        return True

    def field_added(self, told: Told) -> bool:
        """A field that nobody knows."""
        self.chance.choice(list(_objects(told)))["checked"] = True
        return True

    def type_changed(self, told: Told) -> bool:
        """A value of another type."""
        held = self.chance.choice(list(_objects(told)))
        name = self.chance.choice(list(held))
        value, wrong = held[name], [[[]], {"": 0}, "\ud800", "7", True, None, 7.25]
        wrong = [one for one in wrong if type(one) is not type(value) or one == "\ud800"]
        if value is None or name in NULLABLE:  # what it may be is changed by other mutations
            wrong = [[[]], {"": 0}, "\ud800", True]
        if isinstance(value, float):
            wrong = [[[]], {"": 0}, "7", True, None]
        return self._set(held, name, self.chance.choice(wrong))

    # ---- means

    def _citation(self, told: Told) -> Told | None:
        found = list(_citations(told))
        return self.chance.choice(found) if found else None

    def _other(self, identity: str) -> Article:
        others = [one for one in self.articles.values() if one.id != identity]
        return self.chance.choice(others)

    def _set(self, held: Told, name: str, value: object) -> bool:
        """Change a field; tell whether it is another now."""
        before, held[name] = held[name], value
        return before != value or type(before) is not type(value)

    def _edit(self, held: Told, name: str) -> bool:
        """Replace a character, leave it out, put one in, change its case, or swap two."""
        text = held[name]
        at = self.chance.randrange(len(text))
        edited = self.chance.choice(
            (
                text[:at] + self.chance.choice(EDITS) + text[at + 1 :],
                text[:at] + text[at + 1 :],
                text[:at] + self.chance.choice(EDITS) + text[at:],
                text[:at] + text[at].swapcase() + text[at + 1 :],
                text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
                text + text[at],
            )
        )
        return self._set(held, name, edited)


MARKS = ("answer_start", "answer_end")
MUTATIONS: Sequence[Callable[[Mutator, Told], bool]] = [
    mutation
    for name, mutation in vars(Mutator).items()
    if not name.startswith("_") and name not in ("mutate", "articles", "chance")
]


def _day(citations: Iterable[Told]) -> str:
    """The newest day of some citations."""
    return max((cited["published"] for cited in citations if cited["published"]), default="")


def _citations(told: Told) -> Iterator[Told]:
    """Every citation of an answer."""
    yield from told["citations"]
    yield from told["closest"]
    for variant in told["variants"]:
        yield from variant["citations"]


def _objects(told: Told) -> Iterator[Told]:
    """Every object of an answer whose fields are known, itself first."""
    yield told
    yield from _citations(told)
    yield from told["passages"]
    for variant in told["variants"]:
        yield variant
        yield variant["support"]
    for name in ("support", "understanding"):
        if told[name]:
            yield told[name]
