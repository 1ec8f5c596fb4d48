"""Turn labelled questions (SQuAD 2.0 format) into fixed windows of token ids.

Knows the tokenizer and the file format; knows nothing of PyTorch or of training.
"""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

IntArray = npt.NDArray[np.int32]

CLS, SEP = 101, 102  # BERT's ids, the same in every uncased English vocabulary
MAX_QUESTION_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One tokenised context.

    Attributes:
        article: Number of the article it belongs to; negatives come from the same article.
        text: The context as the file has it.
        ids: Token ids without special tokens, shape (n,).
        offsets: Character span of every token, shape (n, 2).
    """

    article: int
    text: str
    ids: IntArray
    offsets: IntArray


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question; `start`/`end` are token positions, -1 where it has no answer."""

    id: str
    ids: IntArray
    paragraph: int
    start: int
    end: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """One training example: ids, first token of the passage, span (0, 0 means no answer)."""

    ids: IntArray
    passage_at: int
    start: int
    end: int


class LabelledSet:
    """Paragraphs and questions of one or more files, tokenised once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.paragraphs: list[Paragraph] = []
        self.questions: list[Question] = []
        self.by_article: dict[int, list[int]] = {}
        self._tokenizer = tokenizer

    def add(self, path: Path) -> None:
        """Read one SQuAD-format file (`.json` or `.json.gz`) into the set.

        Answers that do not fall on token borders keep every token they touch.
        """
        raw = path.read_bytes()
        articles = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
        for article in articles:
            number = len(self.by_article)
            self.by_article[number] = []
            for raw in article["paragraphs"]:
                self._add_paragraph(number, raw)

    def _add_paragraph(self, article: int, raw: dict[str, object]) -> None:
        text = str(raw["context"])
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        offsets = np.array(encoded.offsets, dtype=np.int32).reshape(-1, 2)
        index = len(self.paragraphs)
        self.by_article[article].append(index)
        ids = np.array(encoded.ids, dtype=np.int32)
        self.paragraphs.append(Paragraph(article, text, ids, offsets))
        qas = raw["qas"]
        assert isinstance(qas, list)
        asked = [qa["question"] for qa in qas]
        for qa, tokens in zip(
            qas, self._tokenizer.encode_batch(asked, add_special_tokens=False), strict=True
        ):
            start = end = -1
            if qa["answers"]:
                first = qa["answers"][0]
                begin, stop = first["answer_start"], first["answer_start"] + len(first["text"])
                touched = np.flatnonzero((offsets[:, 0] < stop) & (offsets[:, 1] > begin))
                if not len(touched):
                    continue
                start, end = int(touched[0]), int(touched[-1])
            self.questions.append(
                Question(
                    qa["id"],
                    np.array(tokens.ids[:MAX_QUESTION_TOKENS], dtype=np.int32),
                    index,
                    start,
                    end,
                    tuple(a["text"] for a in qa["answers"]),
                )
            )


def cut_window(
    question: Question, paragraph: Paragraph, span: tuple[int, int], first: int, size: int
) -> Window:
    """Join question and `size` passage tokens from `first`; a span outside means no answer."""
    passage = paragraph.ids[first : first + size]
    ids = np.concatenate(([CLS], question.ids, [SEP], passage, [SEP])).astype(np.int32)
    at = len(question.ids) + 2
    start, end = span
    if start < first or end >= first + len(passage):
        return Window(ids, at, 0, 0)
    return Window(ids, at, at + start - first, at + end - first)


@dataclass(frozen=True, slots=True)
class Mixture:
    """What one epoch is made of.

    Attributes:
        max_tokens: Length of a window, question and special tokens included.
        same_article: Share of questions asked once more over another paragraph of the article.
        mined: Share of questions asked once more over a passage that retrieval confused with it.
        elsewhere: Share of answers in long paragraphs shown only as a window without them.
    """

    max_tokens: int = 160
    same_article: float = 0.15
    mined: float = 0.0
    elsewhere: float = 0.05


def epoch_windows(
    labelled: LabelledSet,
    mixture: Mixture,
    negatives: dict[str, list[int]],
    rng: random.Random,
) -> Iterator[Window]:
    """Yield the windows of one epoch in random order; the order depends on `rng` alone."""
    order = list(range(len(labelled.questions)))
    rng.shuffle(order)
    for number in order:
        question = labelled.questions[number]
        paragraph = labelled.paragraphs[question.paragraph]
        yield _own_window(question, paragraph, mixture, rng)
        others: Sequence[int] = ()
        if rng.random() < mixture.same_article:
            others = labelled.by_article[paragraph.article]
        elif rng.random() < mixture.mined:
            others = negatives.get(question.id, ())
        if others:
            other = labelled.paragraphs[rng.choice(others)]
            if other is not paragraph and not holds_answer(other.text, question.answers):
                size = mixture.max_tokens - len(question.ids) - 3
                first = rng.randint(0, max(0, len(other.ids) - size))
                yield cut_window(question, other, (-1, -1), first, size)


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether any answer stands in the text, so that it may not serve as a negative."""
    lowered = text.lower()
    return any(answer.lower() in lowered for answer in answers)


def _own_window(
    question: Question, paragraph: Paragraph, mixture: Mixture, rng: random.Random
) -> Window:
    """Cut a window of the question's own paragraph, usually one that holds the answer."""
    size = mixture.max_tokens - len(question.ids) - 3
    last = max(0, len(paragraph.ids) - size)
    span = (question.start, question.end)
    if question.start < 0 or (last and rng.random() < mixture.elsewhere):
        first = rng.randint(0, last)
        passage = paragraph.offsets[first : first + size]
        text = paragraph.text[int(passage[0][0]) : int(passage[-1][1])] if len(passage) else ""
        if question.start < 0 or not holds_answer(text, question.answers):
            return cut_window(question, paragraph, (-1, -1), first, size)
    low = max(0, question.end - size + 1)
    high = max(low, min(last, question.start))
    return cut_window(question, paragraph, span, rng.randint(low, high), size)


def batches(
    windows: Iterator[Window], max_batch_tokens: int, rng: random.Random, pool: int = 1024
) -> Iterator[list[Window]]:
    """Group windows of like length: sort `pool` at a time, cut by padded size, shuffle."""
    held: list[Window] = []
    for window in windows:
        held.append(window)
        if len(held) == pool:
            yield from _cut_pool(held, max_batch_tokens, rng)
            held = []
    yield from _cut_pool(held, max_batch_tokens, rng)


def _cut_pool(
    held: list[Window], max_batch_tokens: int, rng: random.Random
) -> Iterator[list[Window]]:
    held.sort(key=lambda window: len(window.ids))
    cut: list[list[Window]] = []
    current: list[Window] = []
    for window in held:
        if current and (len(current) + 1) * len(window.ids) > max_batch_tokens:
            cut.append(current)
            current = []
        current.append(window)
    if current:
        cut.append(current)
    rng.shuffle(cut)
    yield from cut
