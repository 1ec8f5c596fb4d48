"""Answers whose articles change, as their chats meet them: a real index, bot and Bot API server."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.messenger.handlers import register
from bot.messenger.reading import rechecking
from bot.messenger.reading.cited import cited, question_again
from bot.messenger.reading.rechecking import Rechecking
from bot.messenger.reading.watched import watched
from bot.state.conversations import GivenAnswer, given_answer, remember_answer
from bot.state.database import FileState, State
from bot.state.people import forget_user, set_gone
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer, AskedPeriod, Basis, Turn, Understanding
from tests.messenger.support import bot_settings, rows, serving, until
from tests.messenger.test_noticing import Real
from tests.retrieval_support import scripted_answerer
from tests.support import build, open_library, write_files
from tests.telegram_server import BotApiServer

pytestmark = pytest.mark.anyio

HEAD = "Base emptied\nBy Norvik Wire\n21 December 2024\n\n"
OTHER = "Village news\n\nNothing was said of bridges today."
ASKED = "how many fighters were evacuated?"
SAYS = "Some 4,000 fighters were evacuated."
MARGINS = {"4,000 fighters": 3.0, "4000 fighters": 2.9, "900 fighters": 2.8, "by bus": 3.0}


@dataclass
class Newspaper(Real):
    """A real answerer over articles that the test edits; counts what it is asked."""

    folder: Path = Path()
    asked: list[str] = field(default_factory=list)

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """See `Real`."""
        self.asked.append(question)
        return super().answer(question, history, filters)

    async def edit(self, *, rebuild: bool = False, **texts: str | None) -> None:
        """Write articles by name, or (None) delete them, and index them beside the bot."""
        articles = self.folder / "articles"
        write_files(articles, {f"{name}.txt": text for name, text in texts.items() if text})
        for name in [name for name, text in texts.items() if text is None]:
            (articles / f"{name}.txt").unlink()
        await asyncio.to_thread(build, articles, self.folder / "index", rebuild=rebuild)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test cannot wait for a second each time."""
    monkeypatch.setattr(rechecking, "LOOK_EVERY_S", 0.02)


@pytest.fixture
def paper(tmp_path: Path) -> Newspaper:
    """Two articles, of which one tells of fighters."""
    files = {"base.txt": HEAD + SAYS, "village.txt": OTHER}
    return Newspaper(scripted_answerer(tmp_path, files, MARGINS), folder=tmp_path)


@asynccontextmanager
async def noticing_bot(
    server: BotApiServer,
    paper: Newspaper,
    state: State,
    **settings: Any,  # noqa: ANN401
) -> AsyncIterator[None]:
    """A bot that answers, watches, and tells of articles that have ended."""
    known = bot_settings(server.url, **settings)
    answerer: Any = paper
    async with serving(known, answerer, state, register) as services:
        sources = [watched(services), *([cited(services)] if known.notice_days else [])]
        following = Rechecking(services, sources)
        following.start()
        try:
            yield
        finally:
            await following.stop()


@pytest.fixture
async def bot(server: BotApiServer, paper: Newspaper, state: State) -> AsyncIterator[BotApiServer]:
    """The server, with such a bot polling it."""
    async with noticing_bot(server, paper, state):
        yield server


async def quiet(server: BotApiServer, messages: int) -> None:
    """Nothing more is sent, though the bot has looked often enough."""
    await asyncio.sleep(0.5)
    assert len(server.made("sendMessage")) == messages


async def test_an_edit_is_told_with_the_new_answer(bot: BotApiServer, paper: Newspaper) -> None:
    """Which article, what was asked and told, what is told now; below the answer as it was."""
    await bot.say(ASKED)
    await bot.sent(1)
    before = bot.shown(1)[0]
    await paper.edit(base=HEAD + "Only 900 fighters were evacuated.")
    heading, shown = (await bot.sent(3))[1:]
    day = heading.shown.partition("(")[2][:10]
    assert heading.shown == (
        "✏️ An article that I quoted here has been edited:\n"
        "• Base emptied · Norvik Wire · 2024-12-21\n"
        f"{ASKED}\n\nBefore ({day}):\n4,000 fighters\n\nNow:\n900 fighters"
    )
    assert f'"message_id":{before["message_id"]}' in heading.params["reply_parameters"].replace(
        " ", ""
    )
    assert shown.shown.startswith("900 fighters\nOnly 900 fighters were evacuated.\nBase emptied")
    assert shown.params["disable_notification"] == "true"
    assert "reply_markup" in shown.params
    await quiet(bot, 3)


async def test_a_withdrawal_is_told(bot: BotApiServer, paper: Newspaper) -> None:
    """Once, and that the articles tell no more."""
    await bot.say(ASKED)
    await bot.sent(1)
    await paper.edit(base=None)
    heading, _ = (await bot.sent(3))[1:]
    assert heading.shown.startswith("🗑 An article that I quoted here has been withdrawn:\n• Base")
    assert heading.shown.endswith("Now:\nThe articles do not tell.")
    await quiet(bot, 3)
    await paper.edit(base=HEAD + SAYS)
    await quiet(bot, 3)


async def test_a_withdrawal_is_told_though_others_say_the_same(
    bot: BotApiServer, paper: Newspaper
) -> None:
    """Who relied on the article learns that it is gone, and on whom the answer rests now."""
    await bot.say(ASKED)
    await bot.sent(1)
    await paper.edit(base=None, copy="Fen Courier\n\nAll 4,000 fighters were flown out at dawn.")
    heading, shown = (await bot.sent(3))[1:]
    assert heading.shown.endswith("The answer stays:\n4,000 fighters")
    assert "All 4,000 fighters were flown out at dawn." in shown.shown
    await quiet(bot, 3)


async def test_an_edit_of_other_words_is_told_to_nobody(
    bot: BotApiServer, paper: Newspaper, state: State
) -> None:
    """What was quoted still stands there; what it rests on by then is looked after as before."""
    await bot.say(ASKED)
    await bot.sent(1)
    for text in (f"{SAYS} More will follow.", f"It was calm.\n\n{SAYS}"):
        await paper.edit(base=HEAD + text)
        await quiet(bot, 1)
    assert len(await rows(state, "SELECT * FROM cited")) == 1
    asked = len(paper.asked)
    await quiet(bot, 1)
    assert len(paper.asked) == asked
    await paper.edit(base=HEAD + "Only 900 fighters were evacuated.")
    heading = (await bot.sent(3))[1]
    assert "4,000 fighters\n\nNow:\n900 fighters" in heading.shown


@pytest.mark.parametrize(
    "text",
    ["Some 4,000 fighters were evacuated by bus.", f"The army denies that: {SAYS.lower()}"],
)
async def test_an_edit_of_the_quoted_sentence_is_told(
    bot: BotApiServer, paper: Newspaper, text: str
) -> None:
    """Also where the answer stays: the words that were shown as proof are no longer there."""
    await bot.say(ASKED)
    await bot.sent(1)
    await paper.edit(base=HEAD + text)
    heading = (await bot.sent(3))[1]
    assert "has been edited" in heading.shown
    await quiet(bot, 3)


async def test_a_rebuilt_index_is_no_news(bot: BotApiServer, paper: Newspaper) -> None:
    """Another generation that holds the article makes nobody's answer outdated."""
    await bot.say(ASKED)
    await bot.sent(1)
    await paper.edit(rebuild=True)
    paper.answerer.library = open_library(paper.folder / "index")  # as `LiveAnswerer` does
    assert paper.library.version().startswith("generation-0002")
    await quiet(bot, 1)
    await paper.edit(base=None)
    assert "withdrawn" in (await bot.sent(3))[1].shown


async def test_an_index_without_history_tells_only_what_changes_an_answer(
    bot: BotApiServer, paper: Newspaper, tmp_path: Path
) -> None:
    """An article it has never heard of was not withdrawn; the same words elsewhere are no news."""
    await bot.say(ASKED)
    await bot.sent(1)
    for name, says in (("second", SAYS), ("third", "Only 900 fighters were evacuated.")):
        files = {f"{name}.txt": f"Fen Courier\n\n{says}"}
        paper.answerer = scripted_answerer(tmp_path / name, files, MARGINS)
        if name == "second":
            await quiet(bot, 1)
            await bot.say(ASKED)
            await bot.sent(2)
    heading = (await bot.sent(4))[2]
    assert "no longer in the index:\n• Fen Courier" in heading.shown
    assert heading.shown.endswith("Now:\n900 fighters")
    await quiet(bot, 4)


async def test_the_new_answer_is_looked_after_in_turn(bot: BotApiServer, paper: Newspaper) -> None:
    """What was told instead can change, too; the first answer is not told of again."""
    await bot.say(ASKED)
    await bot.sent(1)
    await paper.edit(base=HEAD + "Only 900 fighters were evacuated.")
    await bot.sent(3)
    await paper.edit(base=HEAD + SAYS)
    heading = (await bot.sent(5))[3]
    assert "900 fighters\n\nNow:\n4,000 fighters" in heading.shown
    await quiet(bot, 5)


async def test_each_chat_and_question_is_told_once(bot: BotApiServer, paper: Newspaper) -> None:
    """Every chat, each of its questions; the same question asked twice is told once, below the
    newer answer.
    """
    for chat, question in ((1, ASKED), (1, ASKED), (1, "how did the fighters leave?"), (2, ASKED)):
        await bot.say(question, chat)
    await bot.sent(4)
    newest = bot.shown(1)[1]["message_id"]
    await paper.edit(base=None)
    told = (await bot.sent(10))[4:]
    headings = [call for call in told if "reply_parameters" in call.params]
    assert sorted((call.params["chat_id"], call.shown.splitlines()[2]) for call in headings) == [
        ("1", "how did the fighters leave?"),
        ("1", ASKED),
        ("2", ASKED),
    ]
    assert any(f"{newest}," in call.params["reply_parameters"] for call in headings)
    await quiet(bot, 10)


async def test_who_watches_is_told_once(bot: BotApiServer, paper: Newspaper) -> None:
    """A watch and an answer to the same question tell of one change together, and what became of
    the article; which of the two sees the change first is chance.
    """
    await bot.say(ASKED)
    await bot.say(f"/watch {ASKED}")
    await bot.sent(3)
    await paper.edit(base=HEAD + "Only 900 fighters were evacuated.")
    heading = (await bot.sent(5))[3]
    assert heading.shown.startswith(("🔔 The answer to a question watched here has changed:", "✏️"))
    assert "Now:\n900 fighters" in heading.shown
    edited = "✏️ An article that I quoted here has been edited:\n• Base emptied · Norvik Wire"
    assert edited in heading.shown
    await quiet(bot, 5)
    await paper.edit(base=HEAD + SAYS)
    await bot.sent(7)
    await quiet(bot, 7)


async def test_a_watch_is_not_told_what_its_chat_was_told(
    bot: BotApiServer, paper: Newspaper, state: State
) -> None:
    """The article goes, the answer stays: the watch is silent, the answer's chat is told once."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    await paper.edit(base=None, copy="Fen Courier\n\nAll 4,000 fighters were flown out at dawn.")
    assert "withdrawn" in (await bot.sent(4))[2].shown
    await quiet(bot, 4)
    assert await rows(state, "SELECT answer LIKE '%flown out%' FROM watches") == [(1,)]


async def test_what_was_asked_otherwise_since_is_not_told(
    bot: BotApiServer, paper: Newspaper, state: State
) -> None:
    """An edited question has another answer, and that one counts."""
    asked = await bot.say(ASKED)
    await bot.sent(1)
    await paper.edit(village="Village news\n\nThe people left by bus on Monday.")
    await bot.reword(asked, "how did people leave?")
    await bot.wait_for(lambda: bool(bot.made("editMessageText")))
    await paper.edit(base=None)
    await quiet(bot, 1)
    await paper.edit(village=None, third="Third\n\nNothing else is known of anything.")
    assert "withdrawn:\n• Village news" in (await bot.sent(3))[1].shown


@pytest.mark.parametrize("why", ["forgotten", "gone", "old"])
async def test_who_is_not_told(bot: BotApiServer, paper: Newspaper, state: State, why: str) -> None:
    """Who was forgotten, who has blocked the bot, who was answered long ago."""
    await bot.say(ASKED)
    await bot.say(ASKED, chat=2)
    await bot.sent(2)

    def change(connection: Connection) -> None:
        if why == "forgotten":
            forget_user(connection, 2)
        elif why == "gone":
            set_gone(connection, 2, "private", 1.0)
        else:
            connection.execute("UPDATE answers SET given = given - 31 * 86400 WHERE chat_id = 2")

    await state.write(change)
    await paper.edit(base=None)
    await bot.sent(3, chat=1)
    await quiet(bot, 4)


async def test_who_may_not_use_the_bot_any_more_is_not_told(
    server: BotApiServer, paper: Newspaper, state: State
) -> None:
    """An answer that was given before the allow-list."""
    async with noticing_bot(server, paper, state):
        for chat in (2, 3):
            await server.say(ASKED, chat)
        await server.sent(2)
    await paper.edit(base=None)
    async with noticing_bot(server, paper, state, allowed="3"):
        await server.sent(3, chat=3)
        await quiet(server, 4)


async def test_nobody_is_told_where_the_setting_says_so(
    server: BotApiServer, paper: Newspaper, state: State
) -> None:
    """DATELINE_NOTICE_DAYS=0."""
    async with noticing_bot(server, paper, state, notice_days=0):
        await server.say(ASKED)
        await server.sent(1)
        await paper.edit(base=None)
        await quiet(server, 1)


async def test_what_an_earlier_version_has_answered_is_told(
    server: BotApiServer, paper: Newspaper, tmp_path: Path
) -> None:
    """The answers that are there at the upgrade are looked after, each after what it followed."""
    path = tmp_path / "old" / "bot.sqlite3"
    state = FileState.open_file(path)
    async with noticing_bot(server, paper, state):
        await server.say(ASKED)
        await server.sent(1)
    state.close()
    with sqlite3.connect(path) as db:
        db.executescript(
            "DROP TABLE cited; ALTER TABLE updates DROP COLUMN attempts;"
            "UPDATE meta SET value = '1' WHERE key = 'schema';"
            "UPDATE answers SET answer = json_remove(answer, '$.source', '$.as_of', "
            "'$.answer.support', '$.answer.variants', '$.answer.understanding');"
        )
    db.close()
    await paper.edit(base=None)
    state = FileState.open_file(path)
    async with noticing_bot(server, paper, state):
        assert "withdrawn" in (await server.sent(3))[1].shown
        await quiet(server, 3)
    state.close()


async def test_what_is_cited_while_the_index_changes_is_told(
    server: BotApiServer, paper: Newspaper, state: State
) -> None:
    """An answer that was on its way when its article went is found though that was looked for."""
    async with noticing_bot(server, paper, state):
        await server.say(ASKED)
        await server.sent(1)
        ((answer_id,),) = await rows(state, "SELECT answer_id FROM answers")
        given = await state.read(lambda connection: given_answer(connection, answer_id))
        await state.write(lambda connection: forget_user(connection, 1))
        await paper.edit(base=None)
        await quiet(server, 1)
        assert given is not None
        late = replace(given, chat_id=2)
        await state.write(lambda connection: remember_answer(connection, late))
        await server.sent(2, chat=2)


async def test_an_answer_that_is_forgotten_while_it_is_asked_again_is_not_told(
    bot: BotApiServer, paper: Newspaper, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the new answer was on its way."""
    await bot.say(ASKED)
    await bot.sent(1)
    asked = len(paper.asked)
    answer = Newspaper.answer

    def slow(self: Newspaper, *arguments: Any) -> Answer:  # noqa: ANN401 - as `answer`
        told = answer(self, *arguments)
        self.gate.wait(5)
        return told

    monkeypatch.setattr(Newspaper, "answer", slow)
    await paper.edit(base=None)
    await until(lambda: len(paper.asked) > asked)
    await state.write(lambda connection: forget_user(connection, 1))
    paper.gate.set()
    await quiet(bot, 1)


@pytest.mark.parametrize(
    ("question", "period", "again"),
    [
        ("who left yesterday?", ("2024-12-20", "2024-12-20", "yesterday"), "on 2024-12-20?"),
        ("who left since Monday?", ("2024-12-16", None, "since Monday"), "since 2024-12-16?"),
        ("who left until Monday?", (None, "2024-12-16", "until Monday"), "until 2024-12-16?"),
        (
            "who left last week?",
            ("2024-12-09", "2024-12-15", "last week"),
            "from 2024-12-09 to 2024-12-15?",
        ),
        ("who left in late 2015?", ("2015-10-01", "2015-12-31", "in late 2015"), "in late 2015?"),
    ],
)
def test_a_question_is_asked_again_of_the_time_that_it_meant(
    question: str, period: tuple[str | None, str | None, str], again: str
) -> None:
    """Words that mean another day today are put as the days that they meant."""
    first, last, words = period
    understood = Understanding(question, AskedPeriod(first, last, Basis.PUBLISHED, words))
    answer = Answer(question, True, "all", 0.9, (), (), understanding=understood)
    given = GivenAnswer(1, 1, None, 1, None, question, answer, 0.0)
    assert question_again(given) == f"who left {again}"
    alone = replace(answer, understanding=Understanding("who left the base?"))
    assert question_again(replace(given, answer=alone)) == "who left the base?"
    assert question_again(replace(given, answer=replace(answer, understanding=None))) == question
