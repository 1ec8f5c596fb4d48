"""Labelled questions in SQuAD format: for measuring and calibrating, never for answering.

Source of the format: Rajpurkar, Jia and Liang 2018, "Know What You Don't Know" (SQuAD 2.0).
"""

import gzip
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from index.errors import UsageError
from retrieval.questions import readable

_UNSAFE = re.compile(r"[^\w .,()'-]")  # in a file name


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with its gold answers; none means that its context does not answer it."""

    id: str
    question: str
    answers: tuple[str, ...]
    context: str


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """The contexts and questions of one file.

    Attributes:
        contexts: By name ("0000-Title/003"), in the order of the file.
        questions: In the order of the file; `context` names one of `contexts`.
        sha256: Hash of the file.
    """

    contexts: dict[str, str]
    questions: tuple[LabelledQuestion, ...]
    sha256: str


def read_labelled(path: Path) -> LabelledFile:
    """Read a SQuAD-format file, `.json` or `.json.gz`.

    Raises:
        UsageError: It is missing or has another format.
    """
    try:
        raw = path.read_bytes()
        data = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
        contexts: dict[str, str] = {}
        questions: list[LabelledQuestion] = []
        for number, article in enumerate(data):
            title = f"{number:04d}-{_UNSAFE.sub('_', str(article.get('title') or 'article'))[:60]}"
            for position, paragraph in enumerate(article["paragraphs"]):
                name = f"{title}/{position:03d}"
                contexts[name] = readable(paragraph["context"])
                questions += [
                    LabelledQuestion(
                        str(qa["id"]),
                        readable(qa["question"]),
                        tuple(dict.fromkeys(readable(gold["text"]) for gold in qa["answers"])),
                        name,
                    )
                    for qa in paragraph["qas"]
                ]
    except (OSError, EOFError, zlib.error) as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise UsageError(f"{str(path)!r} cannot be read: {reason}.") from exc
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise UsageError(
            f"{str(path)!r} is not in SQuAD format ({type(exc).__name__}: {exc}); "
            'it needs {"data": [{"title", "paragraphs": [{"context", "qas"}]}]}.'
        ) from exc
    if not questions:
        raise UsageError(f"{str(path)!r} holds no questions.")
    return LabelledFile(contexts, tuple(questions), hashlib.sha256(raw).hexdigest())


def write_contexts(contexts: dict[str, str], folder: Path) -> None:
    """Write contexts as text files, so that they can be indexed like articles."""
    for name, text in contexts.items():
        file = folder / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
