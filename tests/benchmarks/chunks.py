"""Many chunks with vectors, from a few that are encoded: what `scale` builds its indexes from."""

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.articles import Article, article_id, canonical_text
from index.chunking import ChunkSettings, TokenLimit, split_chunks
from index.encoders import FloatArray, OnnxEncoder
from index.export import DEFAULT_MODEL, export_encoder
from index.generations import ENCODER_FOLDER
from index.sentences import Span
from index.vectors import Array
from retrieval.questions import content_words

ARTICLE_CHUNKS = 20
ENCODED_AT_ONCE = 256
NOISE = 0.9  # of a copy's vector, in standard deviations of the encoded ones
REPLACED, DROPPED, INVENTED = 0.25, 0.05, 0.007  # shares of a copy's words
_PIECES = re.compile(r"\S+\s*")
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_OPENINGS = ["What about", "Who said that", "When did", "How many", "Why did", "Where was"]

Part = tuple[Article, list[Span], FloatArray]


@dataclass(frozen=True)
class Chunks:
    """Encoded chunks, and as many copies of them as are asked for."""

    texts: list[str]
    vectors: FloatArray

    def articles(self, size: int) -> Iterator[Part]:
        """Articles that have so many chunks together; the first ones are not changed."""
        rng = np.random.default_rng(1)
        for start in range(0, size, ARTICLE_CHUNKS):
            rows = np.arange(start, min(start + ARTICLE_CHUNKS, size)) % len(self.texts)
            if start + ARTICLE_CHUNKS <= len(self.texts):
                yield _article(start, [self.texts[row] for row in rows], self.vectors[rows])
            else:
                yield self._copies(start, rows, rng)

    def _copies(self, number: int, rows: Array, rng: np.random.Generator) -> Part:
        texts = [self._reworded(self._pieces[row], rng) for row in rows]
        noise = rng.standard_normal((len(rows), self.vectors.shape[1]), dtype=np.float32)
        moved = self.vectors[rows] + NOISE * noise @ self._spread.T
        return _article(number, texts, moved / np.linalg.norm(moved, axis=1, keepdims=True))

    def _reworded(self, pieces: list[str], rng: np.random.Generator) -> str:
        """The same text with some words replaced by any article's, dropped, or made up."""
        kept = []
        chances = rng.random(len(pieces))
        others = rng.integers(0, len(self._words), len(pieces))
        for piece, chance, other in zip(pieces, chances, others, strict=True):
            if chance < INVENTED:
                kept.append(invented(rng))
            elif chance < REPLACED:
                kept.append(self._words[other])
            elif chance > DROPPED + REPLACED or not kept:
                kept.append(piece)
        return "".join(kept)

    @cached_property
    def _pieces(self) -> list[list[str]]:
        return [_PIECES.findall(text) for text in self.texts]

    @cached_property
    def _words(self) -> list[str]:
        return [piece for pieces in self._pieces for piece in pieces]

    @cached_property
    def _spread(self) -> FloatArray:
        """Cholesky factor of the covariance of the encoded vectors."""
        covariance = np.cov(self.vectors.T) + 1e-6 * np.eye(self.vectors.shape[1])
        return np.linalg.cholesky(covariance).astype(np.float32)

    def questions(self, count: int) -> list[str]:
        """Sentences of the first articles as questions of 4 to 12 content words."""
        rng = random.Random(3)
        found: list[str] = []
        while len(found) < count:
            sentences = re.split(r"(?<=[.!?])\s+", rng.choice(self.texts))
            words = [word for word in rng.choice(sentences).split() if content_words(word)]
            if len(words) >= 4:
                kept = sorted(rng.sample(range(len(words)), min(len(words), rng.randint(4, 12))))
                asked = " ".join(words[place].strip(".,") for place in kept)
                found.append(f"{rng.choice(_OPENINGS)} {asked}?")
        return found


def _article(number: int, texts: list[str], vectors: FloatArray) -> Part:
    """An article of some chunks, with its number, so that no two are the same."""
    text, spans = f"Report {number}", []
    for chunk in texts:
        start = len(text) + 2
        text += f"\n\n{chunk.strip() or '…'}"
        spans.append((start, len(text)))
    published = f"20{number % 25:02d}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    known = {"path": f"{number}.txt", "source": f"Wire {number % 10}", "published": published}
    return Article(article_id(text), text, **known), spans, vectors


def invented(rng: np.random.Generator) -> str:
    """A name that is probably nowhere else."""
    syllables = [_CONSONANTS[n % 14] + _VOWELS[n // 14] for n in rng.integers(0, 70, 4)]
    return "".join(syllables).capitalize() + " "


def encoder(cache: Path) -> OnnxEncoder:
    """The packaged encoder, exported into the cache once."""
    folder = cache / ENCODER_FOLDER
    return OnnxEncoder(folder) if folder.exists() else export_encoder(DEFAULT_MODEL, folder)


def base_chunks(news: Path, cache: Path, count: int) -> Chunks:
    """Encode chunks of a file of articles, or of generated text where there is no such file."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"base-{count}.npz"
    if not kept.exists():
        model = encoder(cache)
        texts = _first(news_articles(news) if news.exists() else generated(), model, count)
        vectors = []
        for start in range(0, len(texts), ENCODED_AT_ONCE):
            vectors.append(model.encode(texts[start : start + ENCODED_AT_ONCE]))
            print(f"\rencoding {start:,} of {len(texts):,}", end="", flush=True)
        print()
        np.savez(kept, texts=np.array(json.dumps(texts)), vectors=np.concatenate(vectors))
    with np.load(kept) as loaded:
        return Chunks(json.loads(str(loaded["texts"])), loaded["vectors"])


def _first(articles: Iterator[str], model: OnnxEncoder, count: int) -> list[str]:
    """The first chunks of some articles, cut as a build cuts them."""
    limit = TokenLimit(model.count_tokens, model.card.max_tokens - 2)
    texts: list[str] = []
    for raw in articles:
        text = canonical_text(raw)
        texts += [text[a:b] for a, b in split_chunks(text, ChunkSettings(), limit)]
        if len(texts) >= count:
            break
    return texts[:count]


def news_articles(file: Path) -> Iterator[str]:
    """Texts of a gzipped file of JSON Lines."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def generated() -> Iterator[str]:
    """Articles without end: words of a few languages' look, frequent ones and names of a topic."""
    rng = np.random.default_rng(2)
    common = [invented(rng).lower() for _ in range(20_000)]
    chances = 1 / np.arange(3, len(common) + 3)
    chances /= chances.sum()
    while True:
        topic = [invented(rng) for _ in range(20)] + rng.choice(common, 40).tolist()
        sentences = []
        for _ in range(80):
            words = rng.choice(common, rng.integers(6, 20), p=chances).tolist()
            for place in range(0, len(words), int(rng.integers(2, 6))):
                words[place] = topic[rng.integers(len(topic))]
            sentences.append("".join(words).strip().capitalize() + ".")
        yield " ".join(sentences)
