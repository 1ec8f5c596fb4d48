"""Copies of articles, edited as outlets edit.

All wording here is invented; the articles come from the caller. A copy is made from a text, a
source of chance, and other articles that lend words.
"""

import random
import re
from collections.abc import Callable, Sequence

Copy = Callable[[str, random.Random, Sequence[str]], str]

DATELINES = (
    "VELMORA, 4 March (Northline) — ",
    "By our correspondent in Tarsk\nUpdated 10:32\n\n",
    "(Harbour Press Agency) -- ",
)
NOTICES = (
    "Read more: what we know so far about the events of this week. Sign up for our morning letter "
    "and never miss a story. Follow us on every channel for live updates around the clock.",
    "© Harbour Press Agency. All rights reserved. This report may not be copied, broadcast, "
    "rewritten or passed on without leave. Our newsroom edited the text for length and clarity. "
    "If you have seen a mistake, write to the editors, who answer within two working days. "
    "Support independent reporting with a subscription from one crown a week, cancel at any time.",
)
HEADLINES = (
    "What happens next after a week of surprises",
    "Officials respond as questions mount",
    "Five minutes that changed everything, in the words of those who were there",
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def edited(share: float) -> Copy:
    """Another word in place of so many, numbers left as they are."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        pool = re.findall(r"[^\W\d]+", rng.choice(others))
        return re.sub(
            r"(?<!\w)[^\W\d]+(?!\w)",
            lambda word: rng.choice(pool) if rng.random() < share else word.group(),
            text,
        )

    return copy


def dropped(share: float) -> Copy:
    """So many sentences left out."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        kept = [one for one in _SENTENCE_END.split(text) if rng.random() >= share]
        return " ".join(kept)

    return copy


def swapped(share: float) -> Copy:
    """So many sentences put elsewhere."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        sentences = _SENTENCE_END.split(text)
        for place in range(len(sentences)):
            if rng.random() < share:
                other = rng.randrange(len(sentences))
                sentences[place], sentences[other] = sentences[other], sentences[place]
        return " ".join(sentences)

    return copy


def trimmed(words: int) -> Copy:
    """The first paragraphs, up to about so many words."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        kept: list[str] = []
        for paragraph in text.split("\n"):
            if kept and sum(len(each.split()) for each in kept) >= words:
                break
            kept.append(" ".join(paragraph.split()[: 2 * words]))
        return "\n".join(kept)

    return copy


def embedded(times: int) -> Copy:
    """The whole inside another article that is so many times as long."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        own = " ".join(rng.choice(others) for _ in range(30)).split()[: times * len(text.split())]
        place = len(own) // 3
        return " ".join(own[:place]) + "\n" + text + "\n" + " ".join(own[place:])

    return copy


def corrected(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """One number changed."""
    places = [match for match in re.finditer(r"\d+", text)]
    if not places:
        return text + " The toll has risen to 41."
    chosen = rng.choice(places)
    return text[: chosen.start()] + str(int(chosen.group()) + 1) + text[chosen.end() :]


def typeset(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """Other quotation marks, dashes, blanks and line ends; the first line in capitals."""
    first, _, rest = text.partition("\n")
    table = str.maketrans({'"': "»", "“": "«", "”": "»", "'": "’", "–": "-", "—": "--"})
    rest = re.sub(r"(?<=\d),(?=\d{3})", "\u202f", rest.translate(table))
    return first.upper() + "\r\n\r\n" + rest.replace(" ", "\u00a0", 40)


def headed(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """Another headline and lead line before it."""
    return f"{rng.choice(HEADLINES)}\n\n{rng.choice(HEADLINES)}.\n\n{text}"


def framed(notices: Sequence[str]) -> Copy:
    """A date line before it, notices after it."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        return rng.choice(DATELINES) + text + "\n\n" + "\n\n".join(notices)

    return copy


def chain(*steps: Copy) -> Copy:
    """One edit after the other."""

    def copy(text: str, rng: random.Random, others: Sequence[str]) -> str:
        for step in steps:
            text = step(text, rng, others)
        return text

    return copy


COPIES: dict[str, Copy] = {
    "typography": typeset,
    "new headline": headed,
    "date line and notice": framed(NOTICES[:1]),
    "date line and long notices": framed(NOTICES),
    "one number corrected": corrected,
    "5 % of words replaced": edited(0.05),
    "10 % of words replaced": edited(0.10),
    "20 % of words replaced": edited(0.20),
    "30 % of words replaced": edited(0.30),
    "10 % of sentences dropped": dropped(0.10),
    "30 % of sentences dropped": dropped(0.30),
    "30 % of sentences moved": swapped(0.30),
    "first 60 words": trimmed(60),
    "first 120 words": trimmed(120),
    "first 250 words": trimmed(250),
    "10 % replaced, first 120 words": chain(edited(0.10), trimmed(120)),
    "20 % replaced, first 120 words": chain(edited(0.20), trimmed(120)),
    "10 % replaced, 20 % dropped": chain(edited(0.10), dropped(0.20)),
    "framed, 10 % replaced twice": chain(framed(NOTICES[:1]), edited(0.10), edited(0.10)),
    "first 120 words, framed": chain(trimmed(120), framed(NOTICES[:1])),
    "first 120 words, long notices": chain(trimmed(120), framed(NOTICES)),
}
# Of a brief, the first words of an article.
EMBEDDED: dict[str, Copy] = {
    "brief in twice as much": embedded(2),
    "brief in six times as much": embedded(6),
    "brief, 10 % replaced, in twice": chain(edited(0.10), embedded(2)),
}
BRIEF = trimmed(150)
