"""`dateline eval` and `dateline calibrate`: what they print, keep, and refuse in one line."""

import json
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot import measuring
from index.builder import build_index
from index.embedded import EmbeddedStore
from index.errors import UsageError
from index.folder import IndexFolder
from index.generations import DATABASE_FILE
from index.store import Store
from retrieval import reader_export
from retrieval.answerer import Answerer
from retrieval.calibration import LEVEL, Judged, fit_calibration
from retrieval.confidence import FEATURES, Calibration, Features
from retrieval.evaluation import Figures
from retrieval.labelled import read_labelled, write_contexts
from retrieval.reader import PACKAGED, ReaderCard
from tests.retrieval_support import build_real, copy_encoder, margin_calibration, run
from tests.support import contents, write_files
from tests.test_evaluation import PARAGRAPHS, Paragraph, squad

pytestmark = pytest.mark.usefixtures("_one_thread")

KEPT = f"calibration {ReaderCard.load(PACKAGED).sha256}"
QUESTION = "Who opened the mill in Arden?"
TOWNS = """Arden Birsk Colm Dorat Elvas Fermo Gotha Hulst Imola Jarna Kolin Lugo Mirov Narva Oskal
Pinsk Quimper Rovno Sligo Trest Uster Varna Wismar Xanten""".split()
PEOPLE = """Ada Ben Cleo Dora Emil Fred Gwen Hugo Ines Jack Kira Liam Mona Nils Olga Paul Rosa Sven
Tess Ugo Vera Wim Yara Zeno""".split()
OPENED: dict[str, str | None] = {
    f"Who opened the mill in {town}?": f"{name} Lind"
    for town, name in zip(TOWNS, PEOPLE, strict=True)
}
FEW = dict(list(OPENED.items())[:4])
UNTOLD: dict[str, str | None] = {f"Who painted the ceiling in {town}?": None for town in TOWNS[::4]}


@pytest.fixture
def _one_thread(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads that wait for each other on a busy machine take ten times as long."""
    assert elsewhere.is_dir()  # no other setting of Dateline is in the environment
    monkeypatch.setenv("DATELINE_THREADS", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled questions: about the paragraphs of `test_evaluation`, and about mills."""
    sentences = [
        f"{name} Lind opened the mill in {town} in {1900 + n}."
        for n, (town, name) in enumerate(zip(TOWNS, PEOPLE, strict=True))
    ]
    mills: list[Paragraph] = [("Mills", " ".join(sentences[n::3]), {}) for n in range(3)]
    return write_files(
        tmp_path_factory.mktemp("labelled"),
        {
            "mine.json": squad(PARAGRAPHS),
            "mills.json": squad([*mills[1:], (*mills[0][:2], {**OPENED, **UNTOLD})]),
            "untold.json": squad([("Mills", "No text.", UNTOLD)]),
            "few.json": squad([("Mills", "No text.", {**FEW, **UNTOLD})]),
        },
    )


def index_of(file: Path, index: Path, encoder_folder: Path) -> Path:
    """An index over the contexts of a file."""
    write_contexts(read_labelled(file).contexts, index.with_name("articles"))
    return build_real(index.with_name("articles"), index, encoder_folder)


@pytest.fixture(scope="module")
def mine(folder: Path, encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the contexts of `mine.json`, to be read only."""
    return index_of(folder / "mine.json", tmp_path_factory.mktemp("mine") / "i", encoder_folder)


@pytest.fixture(scope="module")
def _mills(folder: Path, encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(folder / "mills.json", tmp_path_factory.mktemp("mills") / "i", encoder_folder)


@pytest.fixture
def mills(_mills: Path) -> Iterator[Path]:
    """An index over the contexts of `mills.json` without a calibration of its own."""
    yield _mills
    store = store_of(_mills)
    with store.transaction():
        store.connection.execute("DELETE FROM meta WHERE key = ?", (KEPT,))


def store_of(index: Path) -> Store:
    """The database of an index."""
    return EmbeddedStore(IndexFolder(index).current().folder / DATABASE_FILE)


def measured(
    *arguments: str | Path, env: dict[str, str | None] | None = None
) -> dict[str, Figures]:
    """What `dateline eval --json` says of each file, without the times."""
    result = run("eval", "--json", *arguments, env=env)
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    return {
        name: Figures(**{**told, "p50_ms": 0.0, "p95_ms": 0.0})
        for name, told in json.loads(result.stdout).items()
    }


# ---- eval


def test_the_contexts_of_a_file_become_an_index_for_the_time_being(
    folder: Path, encoder_folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file gets one of its own; the figures are good where the questions are; none is left."""
    build = partial(build_index, make_encoder=copy_encoder(encoder_folder))
    monkeypatch.setattr(measuring, "build_index", build)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    other = squad([("Mines", "Ada Lind closed the mine.", {"Who closed the mine?": "Ada Lind"})])
    write_files(elsewhere, {"other.json": other})
    told = measured(folder / "mine.json", "other.json", "--sample", "5")
    assert list(told) == ["mine.json", "other.json"]
    assert [found.questions for found in told.values()] == [5, 1]
    for found in told.values():
        assert (found.recall_1, found.mrr, found.gold_f1) == (1, 1, 1)
        assert (found.coverage, found.false_answers) == (1, 0)
    assert not list(elsewhere.glob("dateline-eval-*"))


def test_the_reader_of_the_settings_is_measured(
    folder: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `dateline index build` would use it: in the index made for the time being."""
    build = partial(build_index, make_encoder=copy_encoder(encoder_folder))
    monkeypatch.setattr(measuring, "build_index", build)
    ensure = Mock()
    monkeypatch.setattr(reader_export, "ensure_reader", ensure)
    environment: dict[str, str | None] = {"DATELINE_READER": "somebody/reader"}
    measured(folder / "mine.json", "--sample", "1", env=environment)
    ((generation, name, threads), _) = ensure.call_args
    assert (generation.name, name, threads) == ("generation-0001", "somebody/reader", 1)


def test_a_table_has_a_column_for_each_file(folder: Path, mine: Path) -> None:
    """And a row for each figure; counts are whole, shares have three digits."""
    files = [folder / "mine.json", folder / "untold.json"]
    result = run("eval", *files, "--index", mine)
    assert (result.exit_code, result.stderr) == (0, "")
    head, *rows = [line.split() for line in result.stdout.splitlines()]
    assert head == ["figure", "mine.json", "untold.json"]
    cells = {" ".join(row[:-2]): row[-2:] for row in rows}
    assert list(cells) == [name.replace("_", " ") for name in Figures.__slots__]
    assert cells["questions"] == ["6", "6"]
    assert cells["answerable"] == ["4", "0"]
    assert cells["recall 1"] == ["1.000", "0.000"]
    assert cells["p50 ms"][0].isdecimal()


def test_json_has_a_key_for_each_file(folder: Path, mine: Path, elsewhere: Path) -> None:
    """Its name, or its path where two have the same name; the figures in their order."""
    write_files(elsewhere, {"mine.json": squad(PARAGRAPHS[:1]), "b.json": squad(PARAGRAPHS)})
    result = run("eval", "--json", "mine.json", "b.json", folder / "mine.json", "--index", mine)
    told = json.loads(result.stdout)
    assert list(told) == ["mine.json", "b.json", str(folder / "mine.json")]
    assert [found["questions"] for found in told.values()] == [2, 6, 6]
    assert all(list(found) == list(Figures.__slots__) for found in told.values())


def test_a_sample_is_always_the_same(folder: Path, mine: Path) -> None:
    """So many questions, the same ones each time; all where there are not more."""
    arguments = (folder / "mine.json", "--index", mine, "--sample")
    first = measured(*arguments, "4")["mine.json"]
    assert measured(*arguments, "4")["mine.json"] == first
    assert first.questions == 4
    assert measured(*arguments, "99")["mine.json"].questions == 6


def test_the_risk_of_flag_or_settings_is_measured(folder: Path, mine: Path) -> None:
    """A promise that cannot be kept answers nothing; the flag wins."""
    arguments = (folder / "mine.json", "--index", mine)
    strict: dict[str, str | None] = {"DATELINE_RISK": "0.001"}
    coverage = [
        measured(*arguments, *options, env=env)["mine.json"].coverage
        for options, env in (
            (["--risk", "0.001"], None),
            ([], strict),
            (["--risk", "0.5"], strict),
        )
    ]
    assert coverage == [0, 0, 1]


def test_contexts_are_found_in_an_index_by_name(folder: Path, mills: Path) -> None:
    """Those of another file are not there: its questions count as unanswerable, and it says so."""
    result = run("eval", folder / "mine.json", "--index", mills)
    assert "mine.json' stands in the index" in result.stderr
    found = measured(folder / "mine.json", "--index", mills)["mine.json"]
    assert (found.questions, found.answerable, found.gold_f1) == (6, 0, 0)
    assert (found.coverage, found.f1, found.aurc) == (0, 0, 1)


def test_curves_are_drawn_of_all_files(folder: Path, mine: Path, elsewhere: Path) -> None:
    """A PNG file beside the table."""
    file = folder / "mine.json"
    result = run("eval", file, "--index", mine, "--sample", "2", "--plot", "curves.png")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.split()[:2] == ["figure", "mine.json"]
    assert (elsewhere / "curves.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_figures_are_printed_before_a_plot_fails(folder: Path, mine: Path) -> None:
    """What took minutes to measure is not lost over the name of a picture."""
    arguments: list[str | Path] = ["--index", mine, "--sample", "1", "--plot", "no/curves.png"]
    result = run("eval", folder / "mine.json", *arguments)
    assert result.exit_code == 2
    assert result.stdout.split()[:2] == ["figure", "mine.json"]
    assert result.stderr == (
        "dateline: 'no/curves.png' cannot be written: No such file or directory.\n"
    )


def test_half_a_surrogate_is_read_as_a_question_mark(mine: Path, elsewhere: Path) -> None:
    r"""JSON can escape what is no Unicode ("\ud83d"); it must not end the measurement."""
    odd = "Who opened the Marrow Bridge? \ud83d"
    write_files(elsewhere, {"odd.json": squad([("Bridges", PARAGRAPHS[0][1], {odd: "\udcff"})])})
    assert measured("odd.json", "--index", mine)["odd.json"].answerable == 1


# ---- files that cannot be used

BAD = {
    "missing": (None, "cannot be read: No such file or directory."),
    "not JSON": ("Who?", "is not in SQuAD format (JSONDecodeError: "),
    "another format": ('[{"question": "Who?"}]', "is not in SQuAD format (TypeError: "),
    "a number asked": (
        '{"data": [{"paragraphs": [{"context": "x", "qas":'
        ' [{"id": 1, "question": 5, "answers": []}]}]}]}',
        "is not in SQuAD format (AttributeError: ",
    ),
    "empty": ("", "is not in SQuAD format (JSONDecodeError: "),
    "no questions": ('{"data": []}', "holds no questions."),
}


@pytest.mark.parametrize("command", ["eval", "calibrate"])
@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD)
def test_a_bad_file_is_wrong_usage(
    mine: Path, elsewhere: Path, command: str, text: str | None, reason: str
) -> None:
    """Status 2 and one line with its path."""
    if text is not None:
        write_files(elsewhere, {"bad.json": text})
    result = run(command, "bad.json", "--index", mine)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"dateline: 'bad.json' {reason}")
    assert result.stderr.count("\n") == 1


def test_all_files_are_read_before_the_first_is_measured(folder: Path) -> None:
    """A wrong name at the end does not cost the minutes of what stands before it."""
    result = run("eval", folder / "mine.json", "missing.json", "--index", "nowhere")
    assert result.stderr.startswith("dateline: 'missing.json' cannot be read")


@pytest.mark.parametrize("command", ["eval", "calibrate"])
def test_the_index_must_be_there(folder: Path, command: str) -> None:
    """Status 1 and how to make it."""
    result = run(command, folder / "mine.json", "--index", "nowhere")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("dateline: there is no index in 'nowhere' yet")


# ---- calibrate


def test_an_index_keeps_its_calibration(folder: Path, mills: Path) -> None:
    """It replaces the one before, says where it comes from, and whoever asks next uses it."""
    store = store_of(mills)
    with store.transaction():
        store.set_meta({KEPT: margin_calibration().to_json()})
    before, articles = store.meta(), contents(mills)
    earlier = Answerer.open(mills, threads=1)
    assert earlier.calibration == margin_calibration()
    file = folder / "mills.json"
    arguments: list[str | Path] = ["calibrate", file, "--index", mills, "--risk", "0.5"]
    result = run(*arguments, env={"DATELINE_RISK": "0.4"})
    assert (result.exit_code, result.stderr) == (0, "")
    kept = Calibration.from_json(store_of(mills).meta()[KEPT], "the index")
    assert result.stdout == (
        f"Answers from confidence {kept.threshold():.2f} up: at most 50% of them wrong "
        f"(95 % sure, from 30 questions). Kept in {str(mills)!r}.\n"
    )
    assert (kept.risk, kept.level, kept.questions) == (0.5, LEVEL, 30)
    assert kept.data_sha256 == read_labelled(folder / "mills.json").sha256
    assert store.meta() == {**before, KEPT: kept.to_json()}
    assert contents(mills) == articles
    calibrated = Answerer.open(mills, threads=1)
    assert (calibrated.calibration, calibrated.threshold) == (kept, kept.threshold(0.5))
    told = json.loads(run("ask", QUESTION, "--json", "--index", mills).stdout)
    assert told["answered"] == (told["confidence"] >= kept.threshold())
    assert told["confidence"] == round(calibrated.answer(QUESTION).confidence, 4)
    assert told["confidence"] != round(earlier.answer(QUESTION).confidence, 4)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("few.json", "10 questions cannot show that any threshold keeps the risk 0.3; label more"),
        ("untold.json", "a calibration needs questions that the articles answer and questions"),
    ],
)
def test_too_few_or_one_sided_questions_change_nothing(
    folder: Path, mills: Path, name: str, reason: str
) -> None:
    """Status 2, one sentence, and the index answers as before."""
    before = store_of(mills).meta()
    result = run("calibrate", folder / name, "--index", mills)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"dateline: {reason}")
    assert result.stderr.count("\n") == 1
    assert store_of(mills).meta() == before


@pytest.mark.parametrize("right", [True, False])
def test_questions_that_are_all_answered_alike_are_refused(right: bool) -> None:
    """Where the best answer of each is right, or of none, its confidence cannot be learned."""
    like = Features(**dict.fromkeys(FEATURES, 1.0))  # the first of two that are alike is chosen
    judged = [Judged((like, like), (right, not right))] * 30
    found = f"of the 30 best answers found here {30 * right} are right"
    with pytest.raises(UsageError, match=found):
        fit_calibration(judged, 0.2, "")
