"""A day that has passed is searched as it was: what stood then is found, nothing else is.

The oracle is plain Python: a list of what each path held from when on, and every chunk compared.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.adding import withdraw
from index.articles import Article
from index.filters import Filters
from index.library import Library
from index.standing import standing
from retrieval.answerer import Answerer
from tests.retrieval_support import PhraseReader, margin_calibration
from tests.support import HashEncoder, build_at, embedded, open_library, write_files, writer_at

FIRST = date(2024, 5, 1)
TEXTS = (
    "The ferry crossed to Norvik at noon with sixty islanders aboard.",
    "The council of Talden doubled the harbour toll for every ferry.",
    "A storm drove the fishing boats of Brell on to the sand.",
    "Nobody in Norvik saw the storm that sank the boats.",
)
WORDS = "ferry norvik storm boats toll sand nobody".split()
ANCHOR = {"anchor.txt": "---\ndate: 2024-04-01\n---\nThe lamp on the pier was lit again."}


def day_at(offset: int) -> str:
    """The day so many days after the first one."""
    return (FIRST + timedelta(days=offset)).isoformat()


@dataclass(frozen=True, slots=True)
class Held:
    """What a file says from a day on: the number of a text, and the date that it states."""

    text: int
    published: int | None

    @property
    def file(self) -> str:
        """The file."""
        stated = "" if self.published is None else f"date: {day_at(self.published)}\n"
        return f"---\nsource: Brell Mail\n{stated}---\n{TEXTS[self.text]}"


@dataclass
class Told:
    """A version of a path, as the oracle keeps it."""

    held: Held
    came: int
    withdrawn: int | None = None


@dataclass
class Oracle:
    """Every version of every path, and what stood, by the rules in words."""

    paths: dict[str, list[Told]] = field(default_factory=dict)

    def see(self, day: int, files: Mapping[str, Held]) -> None:
        """The folder was indexed as it is."""
        for path in {*files, *self.paths}:
            versions = self.paths.setdefault(path, [])
            current = versions[-1] if versions and versions[-1].withdrawn is None else None
            now = files.get(path)
            if current and now is None:
                current.withdrawn = day
            elif now and (current is None or current.held != now):
                versions.append(Told(now, day))

    def stood(self, day: int) -> set[Held]:
        """What stood on a day."""
        found = set()
        for versions in self.paths.values():
            before, here = None, None
            for version in versions:
                if self._begins(version, before) <= day:
                    here = version
                before = version
            if here and (here.withdrawn is None or here.withdrawn > day):
                found.add(here.held)
        return found

    def _begins(self, version: Told, before: Told | None) -> int:
        published = version.held.published
        if published is None:
            return version.came
        earlier = before.held.published if before else None
        states_it = before is None or (earlier is not None and published > earlier)
        return published if states_it else max(published, version.came)


# A state of the folder: which of three files there are, and what they say.
held = st.builds(Held, st.integers(0, 3), st.none() | st.integers(-2, 8))
states = st.dictionaries(st.sampled_from(["a.txt", "b.txt", "c.txt"]), held, max_size=3)
timelines = st.lists(states, min_size=2, max_size=5)


@contextmanager
def indexed(timeline: Sequence[Mapping[str, Held]]) -> Iterator[tuple[Library, Oracle]]:
    """An index that saw a folder on every other day, and the oracle of it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, oracle = Path(scratch), Oracle()
        articles = write_files(folder / "articles", ANCHOR)
        for number, state in enumerate(timeline):
            for name in ("a.txt", "b.txt", "c.txt"):
                (articles / name).unlink(missing_ok=True)
            write_files(articles, {name: one.file for name, one in state.items()})
            build_at(day_at(2 * number), articles, folder / "index")
            oracle.see(2 * number, state)
        yield open_library(folder / "index"), oracle


def known_as(article: Article) -> Held | None:
    """What the oracle calls an article; None for the anchor."""
    for number, text in enumerate(TEXTS):
        if text in article.text:
            told = article.published and date.fromisoformat(article.published[:10])
            return Held(number, (told - FIRST).days if told else None)
    return None


def found_by(library: Library, found: Sequence[tuple[int, float]], day: str) -> list[Held]:
    """What the found chunks are of, without the anchor."""
    chunks = library.chunks([number for number, _ in found], Filters(as_of=day))
    assert len(chunks) == len(found)
    articles = [library.article(chunk.article_id) for chunk in chunks]
    return [one for article in articles if article and (one := known_as(article))]


@settings(max_examples=40, deadline=None)
@given(timelines)
def test_what_stood_is_found_and_nothing_else(timeline: list[dict[str, Held]]) -> None:
    """On every day: the articles that stood, by meaning and by words, are those of the oracle."""
    with indexed(timeline) as (library, oracle):
        for offset in range(-3, 2 * len(timeline) + 2):
            day, expected = day_at(offset), oracle.stood(offset)
            filters = Filters(as_of=day)
            ids = standing(library.store, day)
            articles = [article for one in ids if (article := library.article(one))]
            assert {one for a in articles if (one := known_as(a))} == expected
            assert all(library.stood(article.id, day) for article in articles)
            nearest = library.nearest("a storm at sea", 99, filters)
            assert sorted(found_by(library, nearest, day), key=str) == sorted(expected, key=str)
            _assert_cosines(library, nearest, filters)
            for word in WORDS:
                holding = {h for h in expected if word in re.findall(r"\w+", TEXTS[h.text].lower())}
                matched = library.matching([word], 99, filters)
                assert set(found_by(library, matched, day)) == holding


def _assert_cosines(
    library: Library, nearest: Sequence[tuple[int, float]], filters: Filters
) -> None:
    """Scores are cosines of the words that chunks hold, in order."""
    encoder = library.encoder
    assert isinstance(encoder, HashEncoder)
    question = encoder.encode_question("a storm at sea")
    expected = []
    for chunk in library.chunks([number for number, _ in nearest], filters):
        article = library.article(chunk.article_id)
        assert article is not None
        passage = encoder.encode_question(article.text[chunk.start : chunk.end])
        expected.append(float(passage @ question))
    assert [score for _, score in nearest] == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(sorted(expected, reverse=True), abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(timelines)
def test_without_a_day_the_past_is_not_seen(timeline: list[dict[str, Held]]) -> None:
    """What is found without a day is what the folder holds last, whatever was there before."""
    with indexed(timeline) as (library, _):
        library.nearest("storm", 99, Filters(as_of=day_at(0)))  # leaves nothing behind
        found = library.nearest("storm", 99, Filters())
        chunks = library.chunks([number for number, _ in found])
        paths = sorted(a.path for c in chunks if (a := library.article(c.article_id)))
        held = {one for one in timeline[-1].values()}
        assert len(paths) == len(held) + 1  # the same words under two names are one article


@pytest.fixture
def edited(tmp_path: Path) -> Library:
    """Three days of one harbour: 3,000 became 4,000; a rumour was withdrawn; a report came."""
    articles = write_files(
        tmp_path / "articles",
        {
            "count.txt": "---\ndate: 2024-05-01\n---\nThe port of Brell holds 3,000 seals.",
            "rumour.txt": "---\ndate: 2024-05-01\n---\nA whale is said to be in the port of Brell.",
            "twin.txt": "---\ndate: 2024-05-02\n---\nA whale is said to be in the port of Brell.",
        },
    )
    build_at("2024-06-01", articles, tmp_path / "index")
    write_files(
        articles, {"count.txt": "---\ndate: 2024-05-03\n---\nThe port of Brell holds 4,000 seals."}
    )
    build_at("2024-06-02", articles, tmp_path / "index")
    withdraw(writer_at("2024-06-03", tmp_path / "index"), ["rumour.txt"])
    return open_library(tmp_path / "index")


def texts(library: Library, filters: Filters, word: str) -> list[str]:
    """The texts of the chunks that hold a word, best first."""
    found = library.matching([word], 9, filters)
    chunks = library.chunks([number for number, _ in found], filters)
    return [a.text for chunk in chunks if (a := library.article(chunk.article_id))]


@pytest.mark.parametrize(
    ("day", "seals", "whales"),
    [
        ("2024-04-30", [], 0),
        ("2024-05-01", ["3,000"], 1),
        ("2024-05-02", ["3,000"], 2),
        ("2024-05-03", ["4,000"], 2),
        ("2024-06-02", ["4,000"], 2),
        ("2024-06-03", ["4,000"], 1),
        ("2031-01-01", ["4,000"], 1),
    ],
)
def test_an_old_article_stands_from_its_own_date(
    edited: Library, day: str, seals: list[str], whales: int
) -> None:
    """A folder that is indexed late stood since it was published; edits and withdrawals count."""
    filters = Filters(as_of=day)
    counted = [text.split("holds ")[1].split()[0] for text in texts(edited, filters, "seals")]
    assert counted == seals
    assert len(texts(edited, filters, "whale")) == whales


def test_past_words_score_as_live_ones(edited: Library) -> None:
    """The same words in a past chunk and in a live one have the same BM25 score."""
    found = edited.matching(["whale", "Brell"], 9, Filters(as_of="2024-06-02"))
    assert [score for _, score in found[:2]] == pytest.approx([found[0][1]] * 2)
    assert dict(edited.matching(["whale", "Brell"], 9, Filters())).items() <= dict(found).items()


def test_other_filters_hold_in_the_past(edited: Library) -> None:
    """A range of dates and a day together: both searches keep to both."""
    filters = Filters(since="2024-05-02", as_of="2024-05-02")
    for found in (
        edited.nearest("whale seals", 9, filters),
        edited.matching(["whale", "seals"], 9, filters),
    ):
        chunks = edited.chunks([number for number, _ in found], filters)
        articles = [edited.article(chunk.article_id) for chunk in chunks]
        assert [article.path for article in articles if article] == ["twin.txt"]


def test_when_all_is_withdrawn_the_past_still_answers(edited: Library, tmp_path: Path) -> None:
    """With no live chunk, the past chunks tell how rare a word is."""
    names = [article.path for article in edited.latest(9)]
    withdraw(writer_at("2024-06-04", tmp_path / "index"), names)
    assert edited.matching(["whale"], 9, Filters()) == []
    found = edited.matching(["whale"], 9, Filters(as_of="2024-05-02"))
    assert len(found) == 2
    assert all(score > 0 for _, score in found)


def test_statistics_of_words_are_those_of_the_live_chunks(edited: Library) -> None:
    """Chunks, words, and chunks that hold a term, counted by hand."""
    live = [
        article.text[chunk.start : chunk.end]
        for chunk in edited.chunks(embedded(edited).allowed_chunks(Filters()).tolist())
        if (article := edited.article(chunk.article_id))
    ]
    known = edited.store.word_statistics(["whale", "brell", "walrus"])
    assert known.chunks == len(live) == 2
    assert known.words == sum(len(re.findall(r"\w+", text)) for text in live)
    assert known.holding == {"whale": 1, "brell": 2}


def test_a_correction_dated_back_is_seen_when_it_came(tmp_path: Path) -> None:
    """A wrong date in the future hides nothing once it is put right."""
    articles = tmp_path / "articles"
    for day, stated in (("2024-05-02", "2042-05-01"), ("2024-05-04", "2024-05-01")):
        write_files(articles, {"a.txt": f"---\ndate: {stated}\n---\nThe bell of Brell rang."})
        build_at(day, articles, tmp_path / "index")
    library = open_library(tmp_path / "index")
    seen = {day: len(standing(library.store, day)) for day in ("2024-05-03", "2024-05-04")}
    assert seen == {"2024-05-03": 0, "2024-05-04": 1}


def test_an_answer_quotes_a_past_article(tmp_path: Path) -> None:
    """A question of a day is answered from what was superseded since, and by the number of then."""
    articles = tmp_path / "articles"
    for day, count in (("2024-05-01", "3,000"), ("2024-05-04", "4,000")):
        write_files(articles, {"a.txt": f"---\ndate: {day}\n---\nBrell counted {count} seals."})
        build_at(day, articles, tmp_path / "index")
    reader = PhraseReader({"3,000": 5.0, "4,000": 5.0})
    answerer = Answerer(open_library(tmp_path / "index"), reader, margin_calibration())
    answers = {
        day: answerer.answer("How many seals were counted?", filters=Filters(as_of=day)).answer
        for day in ("2024-04-30", "2024-05-03", "2024-05-04")
    }
    assert answers == {"2024-04-30": None, "2024-05-03": "3,000 seals", "2024-05-04": "4,000 seals"}
