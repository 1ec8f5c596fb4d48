"""A conversation in the terminal: history, arrow keys, Ctrl-D; or lines from a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import click

from bot.answers import print_answer
from bot.conversation import Conversation
from bot.terminal import make_console, printable
from index.errors import QuestionError
from index.filters import Filters
from retrieval.answerer import Answerer
from retrieval.live import LiveAnswerer

WELCOME = "Ask about the articles. /reset forgets what was said, /quit or Ctrl-D ends."


def run_chat(
    answerer: Answerer | LiveAnswerer,
    filters: Filters,
    state: Path,
    conversation: Conversation,
    *,
    explain: bool = False,
) -> None:
    """Answer questions until the input ends.

    Args:
        answerer: Answers the questions.
        filters: Which articles may answer.
        state: Folder that keeps the history of the prompt.
        conversation: What was said before; it goes on.
        explain: Tell how each question was understood.
    """
    console = make_console()
    with _questions(state) as questions:
        if conversation.turns:
            console.print(going_on(conversation))
        for question in questions:
            if question in ("/quit", "/exit"):
                break
            if question == "/reset":
                conversation.forget()
                console.print("Forgotten.")
            elif question.startswith("/"):
                console.print(WELCOME)
            elif question:
                try:
                    answer = answerer.answer(question, conversation.turns, filters)
                except QuestionError as exc:
                    console.print(str(exc))
                    continue
                print_answer(answer, console, explain=explain)
                console.print()
                conversation.add(answer.turn)


def going_on(conversation: Conversation) -> str:
    """That a conversation goes on from what was said before this start."""
    last = printable(conversation.turns[-1].question)
    return f"Going on from “{last}” (/reset forgets it)."


@contextmanager
def _questions(state: Path) -> Iterator[Iterator[str]]:
    """Lines that the user types, or that a pipe brings."""
    if not sys.stdin.isatty():
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")  # a stray byte shall not end the conversation
        yield (line.strip() for line in sys.stdin)
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    try:
        state.mkdir(parents=True, exist_ok=True)
        kept: History = FileHistory(str(state / "chat-history"))
    except OSError:
        kept = InMemoryHistory()
    session: PromptSession[str] = PromptSession("> ", history=kept)
    click.echo(WELCOME)
    yield _typed(session)


def _typed(session: "PromptSession[str]") -> Iterator[str]:  # type: ignore[name-defined]  # noqa: F821
    """One question at a time; Ctrl-C drops the line, Ctrl-D ends."""
    while True:
        try:
            yield session.prompt().strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
