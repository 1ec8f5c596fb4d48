"""The command `dateline`: exit statuses, output, and one line where something is wrong."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from filelock import FileLock

from bot.cli import main
from index.folder import IndexFolder
from index.generations import DATABASE_FILE
from index.library import Status
from retrieval.answerer import Answerer
from tests.retrieval_support import ROOT, build_real, run, start
from tests.support import contents, write_files

pytestmark = pytest.mark.usefixtures("elsewhere")

QUESTION = "how many fighters were evacuated?"
HEAVY = set(
    """dateparser faiss numpy nupunkt onnxruntime prompt_toolkit pydantic pydantic_settings rich
    sentence_transformers sklearn telegram tiktoken tokenizers torch""".split()
)


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, `dateline` itself first."""
    yield words
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


COMMANDS = list(commands(main))


def one_line(text: str) -> str:
    """What stands on standard error, which is one line of Dateline's."""
    assert text.startswith("dateline: ")
    assert text.count("\n") == 1
    assert text.endswith("\n")
    return text


# ---- help


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    """`--help` and `-h` say what it does, what each option does, and show an example of it."""
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert run(*words, "-h").output == result.output
    assert re.search(r"Examples:\n    .*\bdateline " + " ".join(words[:1]), result.output)
    command = command_of(words)
    assert command.help
    assert command.help.split("\n")[0].endswith(".")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def command_of(words: tuple[str, ...]) -> click.Command:
    """The command that these words call."""
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return command


def test_help_imports_nothing_heavy() -> None:
    """No help waits for a model, an array or a validator to be loaded."""
    code = f"""
import sys
from bot.cli import main
for words in {COMMANDS!r}:
    try:
        main([*words, "--help"], prog_name="dateline")
    except SystemExit as end:
        assert end.code == 0
loaded = {{name.partition(".")[0] for name in sys.modules}}
print(sorted(loaded & {HEAVY!r}))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


# ---- ask


def test_ask_prints_the_answer_and_its_quote(seeds_index: Path) -> None:
    """Words of a question need no quotation marks; status 0; nothing on standard error."""
    result = run("ask", *QUESTION.split(), "--index", seeds_index)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "4,000 pro-Iranian fighters\n"
        "\n"
        "  “Putin said Russia had evacuated 4,000 pro-Iranian fighters, flying them out of Syria "
        "to Tehran by way of the Hmeimim Air Base.”\n"
        "  [1] Dateline Backgrounders · 2024-12-21 · hmeimim-evacuation.txt\n"
        "\n"
        "  1 independent source, the newest of 2024-12-21\n"
    )


def test_ask_json_is_the_contract(seeds_index: Path, seeds_answerer: Answerer) -> None:
    """One object on one line, the fields in order; each quote stands where it says."""
    result = run("ask", "--json", QUESTION, "--index", seeds_index)
    assert result.stdout.count("\n") == 1
    told = json.loads(result.stdout)
    expected = seeds_answerer.answer(QUESTION).to_json()
    assert list(told) == ["id", *expected]
    assert {**told, "timing_ms": None} == {"id": None, **expected, "timing_ms": None}
    assert list(told["timing_ms"]) == ["search", "read", "total"]
    (citation, *_) = told["citations"]
    article = run("article", citation["article_id"], "--index", seeds_index).stdout
    assert article[citation["start"] : citation["end"]] == citation["quote"]
    assert "4,000 pro-Iranian fighters" in citation["quote"]


def test_silence_has_a_status_of_its_own(seeds_index: Path) -> None:
    """Status 3, what came nearest on standard output, nothing on standard error."""
    result = run("ask", "Who painted the Mona Lisa?", "--index", seeds_index)
    assert (result.exit_code, result.stderr) == (3, "")
    assert result.stdout.startswith("The articles do not tell.\nClosest passages:\n\n  “")


@pytest.mark.parametrize("question", ["🙂🙂🙂", "?!", "\udcff"])
def test_what_is_hardly_a_question_gets_silence(seeds_index: Path, question: str) -> None:
    """Emoji, marks and bytes that are no text are asked like any other question."""
    result = run("ask", question, "--json", "--index", seeds_index)
    told = json.loads(result.stdout)
    assert (told["answered"], told["answer"], told["citations"]) == (False, None, [])
    assert result.exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([""], "the question is empty"),
        (["  ", "\n"], "the question is empty"),
        (["a" * 100_000], "the question has 100,000 characters; ask in 2,000 or fewer"),
    ],
    ids=["empty", "blank", "endless"],
)
def test_a_refused_question_is_wrong_usage(arguments: list[str], reason: str) -> None:
    """Status 2 and one line, before an index is looked for."""
    result = run("ask", *arguments, "--index", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert one_line(result.stderr).startswith(f"dateline: {reason}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "who?", "--batch", "-"],
        ["ask", "--batch", "missing.jsonl"],
        ["ask", "who?", "--loud"],
        ["ask", "who?", "--risk", "0"],
        ["ask", "who?", "--risk", "0.6"],
        ["article"],
        ["index", "build"],
        ["index", "destroy"],
        ["completion", "powershell"],
        ["sing"],
        ["--loud"],
    ],
    ids=" ".join,
)
def test_wrong_usage_has_a_status_of_its_own(arguments: list[str]) -> None:
    """Status 2, and the last line says what is wrong."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    ("options", "answered"),
    [
        (["--since", "2024-12-21"], True),
        (["--since", "December 21, 2024"], True),
        (["--until", "21 Dec 2024", "--since", "2024-01-01"], True),
        (["--source", "backgrounders"], True),
        (["--since", "2024-12-22"], False),
        (["--until", "2024-12-20"], False),
        (["--source", "Reuters"], False),
        (["--source", "\udcff"], False),
    ],
    ids=str,
)
def test_filters_choose_the_articles(seeds_index: Path, options: list[str], answered: bool) -> None:
    """The article of 21 December 2024 answers if the filters let it."""
    result = run("ask", QUESTION, "--json", "--index", seeds_index, *options)
    told = json.loads(result.stdout)
    cited = [citation["path"] for citation in told["citations"]]
    assert ("hmeimim-evacuation.txt" in cited) == answered
    assert result.exit_code == (0 if told["answered"] else 3)


@pytest.mark.parametrize("command", ["ask", "chat"])
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--since", "banana"], "--since 'banana' is no date; write it like 2024-12-21."),
        (["--since", "2024-13-01"], "--since '2024-13-01' is no date"),
        (["--since", "2024-02-30"], "--since '2024-02-30' is no date"),
        (["--until", "03/04/2024"], "--until '03/04/2024' may mean two days; write it like"),
        (["--until", "12"], "--until '12' is no date"),
        (["--until", ""], "--until '' is no date"),
        (["--since", "2024-12-02", "--until", "1 Dec 2024"], "--since is later than --until"),
    ],
    ids=str,
)
def test_a_bad_filter_is_wrong_usage(command: str, options: list[str], reason: str) -> None:
    """Status 2 and one line with the value and how to write it."""
    result = run(command, *(["who?"] if command == "ask" else []), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert one_line(result.stderr).startswith(f"dateline: {reason}")


def test_a_stricter_risk_answers_less(seeds_index: Path) -> None:
    """`--risk` wins over DATELINE_RISK; what cannot be promised is refused with what can be."""
    asked = ["ask", QUESTION, "--index", str(seeds_index)]
    refused = run(*asked, "--risk", "0.001")
    assert refused.exit_code == 2
    assert "the lowest that can be kept here is 0." in refused.stderr
    assert run(*asked, env={"DATELINE_RISK": "0.001"}).exit_code == 2
    assert run(*asked, "--risk", "0.5", env={"DATELINE_RISK": "0.001"}).exit_code == 0


# ---- the index


INDEXED = [
    ["ask", "who?"],
    ["chat"],
    ["index", "status"],
    ["article", "0123456789abcdef"],
]


@pytest.mark.parametrize("command", INDEXED, ids=" ".join)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file", "is a file; --index names a folder."),
        ("foreign", "holds other things and no index"),
        ("missing", "there is no index in"),
        ("empty", "there is no index in"),
        ("damaged", "names 'generation-0009' as its index, which is not there"),
    ],
)
def test_what_is_no_index_is_told_in_one_line(
    elsewhere: Path, command: list[str], name: str, reason: str
) -> None:
    """Status 1; the line names the folder and what to do."""
    (elsewhere / "file").write_text("")
    write_files(elsewhere / "foreign", {"letter.txt": "Dear friend,"})
    (elsewhere / "empty").mkdir()
    write_files(elsewhere / "damaged", {"current": "generation-0009\n"})
    result = run(*command, "--index", elsewhere / name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert reason in one_line(result.stderr)
    assert repr(str(elsewhere / name)) in result.stderr


def test_settings_that_an_index_was_not_made_with_are_refused(seeds_index: Path) -> None:
    """Each difference is named, if it was asked for on purpose."""
    result = run(
        "ask",
        "who?",
        "--index",
        seeds_index,
        env={"DATELINE_CHUNK_TOKENS": "64", "DATELINE_MODEL": "x"},
    )
    assert result.exit_code == 1
    line = one_line(result.stderr)
    assert "chunk_tokens is '128', not '64'" in line
    assert "model is 'sentence-transformers/all-MiniLM-L6-v2', not 'x'" in line


def test_status_says_what_the_index_holds(seeds_index: Path) -> None:
    """All that `Status` has, as JSON or one line each."""
    result = run("index", "status", "--json", "--index", seeds_index)
    told = json.loads(result.stdout)
    assert list(told) == list(Status.__slots__)
    assert (told["articles"], told["newest_article"]) == (16, "2024-12-21")
    assert told["folders"] == [str(ROOT / "seeds")]
    lines = run("index", "status", "--index", seeds_index).stdout.splitlines()
    assert len(lines) == len(told)
    assert re.fullmatch(r"articles +16", lines[0])


def test_article_prints_the_canonical_text(seeds_index: Path, seeds_answerer: Answerer) -> None:
    """To the letter, so that offsets can be counted in it."""
    for article in seeds_answerer.library.latest(3):
        assert run("article", article.id, "--index", seeds_index).stdout == article.text + "\n"


@pytest.mark.parametrize("unknown", ["0123456789abcdef", "", "é", "\udcff", "'; --"])
def test_an_unknown_article_is_told(seeds_index: Path, unknown: str) -> None:
    """Status 1 and where to find an id."""
    result = run("article", "--index", seeds_index, "--", unknown)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "take the article_id of a citation." in one_line(result.stderr)


def test_build_follows_the_folder(encoder_folder: Path, elsewhere: Path) -> None:
    """New, changed, removed and bad files are counted; a second run finds nothing to do."""
    articles = write_files(
        elsewhere / "news", {"a.txt": "The ferry sailed at noon.", "b.md": "# B\n\nOld."}
    )
    index = build_real(articles, elsewhere / "index", encoder_folder)
    first = contents(index)
    result = run("index", "build", articles, "--index", index)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Nothing has changed: 2 articles are as they were.\n"
    assert contents(index) == first
    write_files(
        articles, {"sub/c.txt": "Ben Ode opened the bridge.", "b.md": "# B\n\nNew.", "d.txt": " \n"}
    )
    (articles / "e.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20)
    (articles / "a.txt").unlink()
    result = run("index", "build", articles, "--index", index)
    assert result.exit_code == 0
    assert re.fullmatch(
        r"1 added, 1 changed, 1 withdrawn, 0 unchanged; \d chunks encoded in [\d.]+ s\.\n",
        result.stdout,
    )
    assert sorted(line.split(": ")[:2] for line in result.stderr.splitlines()) == [
        ["not indexed", "d.txt"],
        ["not indexed", "e.txt"],
    ]
    told = json.loads(run("ask", "Who opened the bridge?", "--json", "--index", index).stdout)
    assert told["answer"] == "Ben Ode"


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("missing", 2, "does not exist; name a folder of articles."),
        ("file.txt", 2, "is not a folder; name a folder of articles."),
        ("empty", 1, "holds no articles"),
        ("pictures", 1, "holds no articles"),
    ],
)
def test_a_folder_without_articles_changes_nothing(
    elsewhere: Path, name: str, status: int, reason: str
) -> None:
    """One line that names the folder; no index appears."""
    write_files(elsewhere, {"file.txt": "x", "pictures/a.png": "x", "pictures/.hidden.txt": "x"})
    (elsewhere / "empty").mkdir()
    result = run("index", "build", name, "--index", elsewhere / "index")
    assert (result.exit_code, result.stdout) == (status, "")
    assert reason in one_line(result.stderr)
    assert repr(name) in result.stderr
    assert not (elsewhere / "index").exists()


def test_a_build_beside_another_is_told(encoder_folder: Path, elsewhere: Path) -> None:
    """The second one ends with status 1 and leaves the first alone."""
    articles = write_files(elsewhere / "news", {"a.txt": "The ferry sailed at noon."})
    index = build_real(articles, elsewhere / "index", encoder_folder)
    with FileLock(index / "lock"):
        result = run("index", "build", articles, "--index", index)
    assert result.exit_code == 1
    assert "another process is building" in one_line(result.stderr)


def test_ctrl_c_leaves_the_index_as_it_was(encoder_folder: Path, elsewhere: Path) -> None:
    """In the middle of writing: status 130, one line, and the index is the old one, whole."""
    articles = write_files(elsewhere / "news", {"a.txt": "The ferry sailed at noon."})
    index = build_real(articles, elsewhere / "index", encoder_folder)
    before = contents(index)
    many = "The ferry {} sailed at noon with {} passengers and a cook. "
    write_files(
        articles,
        {f"{n}.txt": "".join(many.format(n, m) for m in range(150)) for n in range(300)},
    )
    database = IndexFolder(index).current().folder / DATABASE_FILE
    with start("index", "build", articles, "--index", index) as build:
        until = time.monotonic() + 60
        while not is_writing(database):
            assert build.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        build.send_signal(signal.SIGINT)
        out, err = build.communicate(timeout=60)
    assert (build.returncode, out) == (130, b"")
    assert err.decode() == "dateline: stopped; the index is as it was.\n"
    assert contents(index) == before


def is_writing(database: Path) -> bool:
    """Whether another process is in the middle of a transaction."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


# ---- as a process of its own


def test_a_pipe_gets_no_colours_and_a_status(seeds_index: Path) -> None:
    """A real process: plain text, status 0, silence on standard error."""
    with start("ask", QUESTION, "--index", seeds_index) as asked:
        out, err = asked.communicate(timeout=60)
    assert (asked.returncode, err) == (0, b"")
    assert out.decode().startswith("4,000 pro-Iranian fighters\n")
    assert b"\x1b" not in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    """For each shell one that calls `dateline` back."""
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_DATELINE_COMPLETE={shell}_complete" in result.stdout


def test_completion_knows_the_commands() -> None:
    """What the script of bash asks for is told: commands, options and values."""

    def completed(*words: str) -> list[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "_DATELINE_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["dateline", *words]),
            "COMP_CWORD": str(len(words)),
        }
        code = "from bot.cli import main; main(prog_name='dateline')"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split(",")[1] for line in done.stdout.splitlines()]

    assert completed("in") == ["index"]
    assert completed("ask", "--si") == ["--since"]
    assert completed("completion", "") == ["bash", "zsh", "fish"]


def test_the_script_for_bash_is_valid() -> None:
    """Bash can read it."""
    script = run("completion", "bash").stdout
    subprocess.run(["bash", "-n"], input=script.encode(), check=True)


def test_the_bot_needs_a_token(seeds_index: Path) -> None:
    """Status 2 and where to put it."""
    result = run("bot", "--index", seeds_index)
    assert result.exit_code == 2
    assert one_line(result.stderr).startswith("dateline: TELEGRAM_BOT_TOKEN is not set")
