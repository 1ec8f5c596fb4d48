"""How the reader is trained: windows, batches, resuming, export; on a tiny BERT made here."""

import argparse
import json
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

from index.encoders import TOKENIZER_FILE, pad
from index.export import INPUTS
from retrieval.reader import MAX_TOKENS, OnnxReader
from retrieval.reader_export import export_reader
from retrieval.training.examples import (
    CLS,
    SEP,
    LabelledSet,
    Mixture,
    Window,
    batches,
    epoch_windows,
    holds_answer,
)
from retrieval.training.train_reader import Schedule, load_model, train

NAMES = "ada ben cleo dora emil fred gwen hugo ines jack kira liam mona nils olga paul".split()
WORDS = (
    "who what when where opened painted closed sold the a bridge house mill barn boat in on for "
    "with town river friday monday it was by and old new ? . ,"
).split()
PLACES = "bridge house mill barn boat".split()
DEEDS = "opened painted closed sold".split()


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Two threads that wait for each other on a busy machine take ten times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of two layers with a vocabulary of its own, as transformers saves it."""
    folder = tmp_path_factory.mktemp("tiny-bert")
    special = ["[PAD]", *(f"[unused{n}]" for n in range(1, 100)), "[UNK]", "[CLS]", "[SEP]"]
    letters = [
        mark + letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789" for mark in ("", "##")
    ]
    vocabulary = list(dict.fromkeys([*special, "[MASK]", *letters, *WORDS, *NAMES]))
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=MAX_TOKENS,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(encoder: Path) -> Tokenizer:
    """Its tokenizer, neither padding nor cutting."""
    loaded = Tokenizer.from_file(str(encoder / TOKENIZER_FILE))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQuAD file: three articles of three paragraphs, some long, with and without answers."""
    rng = random.Random(4)
    articles = []
    for article in range(3):
        paragraphs = []
        for paragraph in range(3):
            facts = [
                (rng.choice(NAMES), deed, place)
                for deed in DEEDS
                for place in PLACES[: 2 + article]
            ]
            rng.shuffle(facts)
            context = " ".join(f"{name.title()} {deed} the {place}." for name, deed, place in facts)
            qas: list[dict[str, object]] = []
            for number, (name, deed, place) in enumerate(facts[:4]):
                key = f"{article}-{paragraph}-{number}"
                told = {
                    "text": name.title(),
                    "answer_start": context.index(f"{name.title()} {deed} the {place}"),
                }
                qas.append(
                    {"id": key, "question": f"who {deed} the {place}? {key}", "answers": [told]}
                )
            nothing = f"{article}-{paragraph}-x"
            qas.append({"id": nothing, "question": f"who sold it? {nothing}", "answers": []})
            paragraphs.append({"context": context, "qas": qas})
        articles.append({"title": str(article), "paragraphs": paragraphs})
    file = tmp_path_factory.mktemp("data") / "train.json"
    file.write_text(json.dumps({"data": articles}))
    return file


@pytest.fixture(scope="module")
def labelled(tokenizer: Tokenizer, data: Path) -> LabelledSet:
    """The file, tokenised."""
    read = LabelledSet(tokenizer)
    read.add(data)
    return read


def holds(ids: list[int], part: list[int]) -> bool:
    """Whether some tokens stand among others, in a row."""
    return any(ids[at : at + len(part)] == part for at in range(len(ids) - len(part) + 1))


def test_labelled_spans_are_the_answers(labelled: LabelledSet) -> None:
    """The tokens of a span cover its answer exactly; questions without one have no span."""
    assert len(labelled.questions) == 45
    for question in labelled.questions:
        paragraph = labelled.paragraphs[question.paragraph]
        if question.answers:
            begin, end = paragraph.offsets[question.start][0], paragraph.offsets[question.end][1]
            assert paragraph.text[begin:end] == question.answers[0]
        else:
            assert (question.start, question.end) == (-1, -1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "mixture",
    [
        Mixture(),
        Mixture(max_tokens=32, same_article=1.0, elsewhere=0.5),
        Mixture(max_tokens=40, same_article=0.0, mined=1.0, elsewhere=1.0),
    ],
    ids=["as trained", "same article", "mined"],
)
def test_windows_say_the_truth(
    labelled: LabelledSet, tokenizer: Tokenizer, mixture: Mixture, seed: int
) -> None:
    """A window keeps its size; its span is the answer; one without a span holds no answer."""
    questions = {tuple(question.ids.tolist()): question for question in labelled.questions}
    negatives = {question.id: [0, 4, 8] for question in labelled.questions}
    seen: dict[str, int] = {}
    for window in epoch_windows(labelled, mixture, negatives, random.Random(seed)):
        ids = window.ids.tolist()
        assert len(ids) <= mixture.max_tokens
        assert (ids[0], ids[window.passage_at - 1], ids[-1]) == (CLS, SEP, SEP)
        question = questions[tuple(ids[1 : window.passage_at - 1])]
        seen[question.id] = seen.get(question.id, 0) + 1
        answers = [
            tokenizer.encode(answer, add_special_tokens=False).ids for answer in question.answers
        ]
        if window.start:
            assert window.passage_at <= window.start <= window.end < len(ids) - 1
            assert ids[window.start : window.end + 1] in answers
        else:
            assert window.end == 0
            assert not any(holds(ids[window.passage_at :], answer) for answer in answers)
    assert set(seen) == {question.id for question in labelled.questions}
    assert max(seen.values()) <= 2


def test_most_windows_of_an_answer_hold_it(labelled: LabelledSet) -> None:
    """Only the share that is asked for is shown without its answer."""
    windows = epoch_windows(labelled, Mixture(32, 0.0, 0.0, 0.0), {}, random.Random(0))
    assert sum(window.start > 0 for window in windows) == 36


def test_an_epoch_depends_on_its_seed_alone(labelled: LabelledSet) -> None:
    """The same seed gives the same windows; another gives other ones."""

    def epoch(seed: int) -> list[list[int]]:
        rng = random.Random(seed)
        return [window.ids.tolist() for window in epoch_windows(labelled, Mixture(32), {}, rng)]

    assert epoch(1) == epoch(1)
    assert epoch(1) != epoch(2)


def test_a_negative_may_not_hold_an_answer() -> None:
    """In any case of its letters."""
    assert holds_answer("It was ADA.", ["Ada", "Ben"])
    assert not holds_answer("It was Cleo.", ["Ada", "Ben"])
    assert not holds_answer("It was Cleo.", [])


def lengths(rng: random.Random) -> Iterator[Window]:
    """Windows of random length, each with an id of its own."""
    for number in range(500):
        yield Window(np.full(rng.randint(5, 60), number, dtype=np.int32), 2, 0, 0)


@pytest.mark.parametrize("pool", [1, 7, 64, 1024])
def test_batches_keep_every_window_and_the_budget(pool: int) -> None:
    """Each window is in one batch; padded to its longest, a batch keeps the token budget."""
    cut = list(batches(lengths(random.Random(1)), 200, random.Random(2), pool))
    numbers = [int(window.ids[0]) for batch in cut for window in batch]
    assert sorted(numbers) == list(range(500))
    for batch in cut:
        assert len(batch) * max(len(window.ids) for window in batch) <= 200


def test_a_window_beyond_the_budget_is_a_batch_of_its_own() -> None:
    """None is dropped for being long."""
    cut = list(batches(lengths(random.Random(1)), 10, random.Random(2)))
    assert sum(map(len, cut)) == 500
    assert all(len(batch) == 1 for batch in cut if len(batch[0].ids) > 5)


def test_the_rate_warms_up_stays_and_decays() -> None:
    """Linear up, constant, and linear down to nothing from the step that is named."""
    schedule = Schedule(warmup_steps=4)
    rates = [schedule.factor(step, 10, 4) for step in (0, 1, 3, 9, 10, 12, 13, 14, 20)]
    assert rates == [0.25, 0.5, 1.0, 1.0, 1.0, 0.5, 0.25, 0.0, 0.0]
    assert schedule.factor(10**6, None, 0) == 1.0


@pytest.fixture
def _own_signals() -> Iterator[None]:
    """Training takes over two signals; give them back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def trained(encoder: Path, data: Path, folder: Path, **options: object) -> dict[str, torch.Tensor]:
    """Train (or go on) in a folder; the averaged weights."""
    defaults: dict[str, object] = {
        "data": [data],
        "dev": data,
        "encoder": str(encoder),
        "checkpoints": folder,
        "negatives": None,
        "mined": 0.0,
        "decay_steps": 0,
        "stop_at": -1,
        "evaluate_every_s": 1200.0,
        "sample": 10,
    }
    train(argparse.Namespace(**{**defaults, **options}))
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    return {**state["average"], "step": torch.tensor(state["position"]["step"])}


@pytest.mark.usefixtures("_own_signals")
def test_an_interrupted_training_ends_where_an_uninterrupted_one_does(
    encoder: Path, data: Path, tmp_path: Path
) -> None:
    """Stopped in an epoch and at its border, resumed, decayed: the same weights, bit by bit."""
    whole = trained(encoder, data, tmp_path / "whole", stop_at=7)
    parts = tmp_path / "parts"
    for step in (2, 3, 5, 7):
        resumed = trained(encoder, data, parts, stop_at=step)
        assert resumed["step"] == step
    assert whole.keys() == resumed.keys()
    for name, weights in whole.items():
        assert torch.equal(weights, resumed[name]), name
    lines = (parts / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [2, 3, 5, 7]
    decayed = trained(encoder, data, parts, decay_steps=3)
    assert decayed["step"] == 10
    assert trained(encoder, data, parts, decay_steps=3)["step"] == 10  # it has ended


@pytest.mark.usefixtures("_own_signals")
def test_a_signal_ends_training_with_a_checkpoint(
    encoder: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM after a step: what was learned is kept, and training ends by itself."""
    from retrieval.training import train_reader

    real, calls = train_reader.evaluate, []

    def evaluate_then_stop(*arguments: object) -> dict[str, float]:
        calls.append(arguments)
        signal.raise_signal(signal.SIGTERM)
        figures: dict[str, float] = real(*arguments)
        return figures

    monkeypatch.setattr(train_reader, "evaluate", evaluate_then_stop)
    assert trained(encoder, data, tmp_path, evaluate_every_s=-1.0)["step"] == 1
    assert len(calls) == 2
    figures = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])
    assert all(0 <= figures[name] <= 1 for name in ("em", "f1", "f1_v2"))


def test_embeddings_stay_as_they_were(encoder: Path) -> None:
    """They are not trained, and dropout is off: a checkpoint can leave them out."""
    model = load_model(str(encoder))
    trained_names = [name for name, weights in model.named_parameters() if weights.requires_grad]
    assert not [name for name in trained_names if "embeddings" in name]
    assert {m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)} == {0.0}


def test_export_keeps_the_logits(encoder: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    """ONNX gives the scores of torch, padded or not: exactly in fp32, nearly in int8."""
    model = load_model(str(encoder)).eval()
    question, passages = "who opened the bridge?", ["Ada opened the bridge.", "Ben sold it. " * 9]
    scores = {}
    for int8 in (False, True):
        folder = tmp_path / f"int8-{int8}"
        folder.mkdir()
        tokenizer.save(str(folder / TOKENIZER_FILE))
        card = export_reader(model, "tiny", INPUTS, folder, int8=int8)
        reader = OnnxReader(folder, threads=1)
        assert reader.card == card
        encoded = [reader.encode(question, passage) for passage in passages]
        feeds = pad([(item.ids, item.sequence_ids.index(1)) for item in encoded])
        scores[int8] = reader.logits(feeds)
        readings = reader.read(question, passages)
        assert all(0 <= r.start < r.end <= len(p) for r, p in zip(readings, passages, strict=True))
    with torch.no_grad():
        out = model(**{name: torch.from_numpy(feeds[name]) for name in INPUTS})
    expected = torch.stack((out.start_logits, out.end_logits), dim=-1).numpy()
    real = feeds["attention_mask"].astype(bool)
    assert np.abs(scores[False] - expected)[real].max() < 1e-4
    assert np.abs(scores[True] - expected)[real].max() < 0.2
