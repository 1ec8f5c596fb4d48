"""The buttons below answers: what each shows, for anybody, for as long as the answer is kept."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.messenger.display.buttons import Do, Press, decode, encode
from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.handlers import register
from bot.state.database import State
from index.articles import Article
from index.filters import Filters
from retrieval.answer import Answer, Turn
from tests.messenger.support import (
    CITATION,
    NEWS,
    QUOTE,
    ScriptedAnswerer,
    Shelf,
    bot_settings,
    rows,
    serving,
)
from tests.telegram_server import GROUP_ID, BotApiServer
from tests.telegram_server.server import Json

pytestmark = pytest.mark.anyio

SAY = phrases("en")
OTHER = Article("fedcba9876543210", QUOTE, "copy.txt", title="Bridge opened, says agency")


class TwoArticles(Shelf):
    """The article and another that carries the same words."""

    def article(self, article_id: str) -> Article | None:
        """Either, by its id."""
        return {NEWS.id: NEWS, OTHER.id: OTHER}.get(article_id)

    def is_live(self, article_id: str) -> bool:
        """Both, unless the test has withdrawn the first."""
        return article_id == OTHER.id or super().is_live(article_id)


class CopiedAnswerer(ScriptedAnswerer):
    """As always, with a copy of the article for "copied", and three near passages."""

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer with one citation that another article carried, too."""
        answer = super().answer(question, history, filters)
        if question == "copied":
            return replace(answer, citations=(replace(CITATION, carried_by=(OTHER.id,)),))
        near = tuple(replace(CITATION, n=n) for n in range(1, 4)) if answer.closest else ()
        return replace(answer, closest=near)


@pytest.fixture
def answerer() -> ScriptedAnswerer:
    """Two articles."""
    return CopiedAnswerer(library=TwoArticles())


def buttons(message: Json) -> dict[Do, str]:
    """The callback data below a message, by what it asks for; of several the last."""
    found = {}
    for row in message["reply_markup"]["inline_keyboard"]:
        for button in row:
            press = decode(button["callback_data"])
            assert press
            found[press.do] = button["callback_data"]
    return found


async def press(server: BotApiServer, message: Json, data: str, by: int = 1) -> str:
    """Press a button and wait until all is done; what the toast says."""
    answered = len(server.made("answerCallbackQuery"))
    await server.press(message, data, by)
    await server.wait_for(lambda: len(server.made("answerCallbackQuery")) > answered)
    await server.say("done?", chat=99)
    await server.wait_for(lambda: bool(server.made("sendMessage", 99)))
    server.calls[:] = [call for call in server.calls if call.params.get("chat_id") != "99"]
    return str(server.made("answerCallbackQuery")[-1].params.get("text", ""))


async def ask(server: BotApiServer, text: str, place: int = 1) -> Json:
    """Ask, and see the answer."""
    await server.say(f"/ask {text}", chat=place)
    await server.wait_for(lambda: bool(server.shown(place)))
    return server.shown(place)[0]


def now(server: BotApiServer, message: Json) -> Json:
    """A message as it stands now."""
    return server.message(message["chat"]["id"], message["message_id"])


@pytest.mark.parametrize("place", [1, GROUP_ID])
async def test_the_passage_is_shown_in_place_and_left_again(chat: BotApiServer, place: int) -> None:
    """The answer turns into the article with the quotation, and back; so in groups, for anybody."""
    answer = await ask(chat, "who?", place)
    assert await press(chat, answer, buttons(answer)[Do.SHOW_PASSAGE], by=5) == ""
    passage = now(chat, answer)
    assert NEWS.text in passage["text"]
    underlined = next(one for one in passage["entities"] if one["type"] == "underline")
    assert underlined["length"] == len(QUOTE)
    await press(chat, passage, buttons(passage)[Do.SHOW_ANSWER], by=6)
    again = now(chat, answer)
    assert again["text"] == f"Re: who?\n{QUOTE}\nBridge opened · Harbour Gazette · 2024-05-04"
    assert again["reply_markup"] == answer["reply_markup"]
    assert len(chat.shown(place)) == 1


async def test_other_sources_are_named(chat: BotApiServer) -> None:
    """The articles that carried the same words are named, without those that were withdrawn."""
    answer = await ask(chat, "copied")
    await press(chat, answer, buttons(answer)[Do.SHOW_SOURCES])
    sources = now(chat, answer)
    assert "Bridge opened, says agency" in sources["text"]
    await press(chat, sources, buttons(sources)[Do.SHOW_ANSWER])
    assert now(chat, answer)["text"].startswith("Re: copied")


async def test_an_abstention_shows_what_comes_closest(chat: BotApiServer) -> None:
    """The closest passages can be seen one by one in their articles."""
    answer = await ask(chat, "nobody knows")
    await press(chat, answer, buttons(answer)[Do.SHOW_CLOSEST])
    closest = now(chat, answer)
    assert closest["text"].count(QUOTE) == 3
    third = decode(buttons(closest)[Do.SHOW_PASSAGE])
    assert third
    assert third.item == 2
    await press(chat, closest, encode(third))
    assert NEWS.text in now(chat, answer)["text"]


async def test_buttons_work_after_a_restart_and_when_all_is_withdrawn(
    server: BotApiServer, answerer: CopiedAnswerer, state: State
) -> None:
    """What was answered is kept; of an article that was withdrawn no word is shown."""
    async with serving(bot_settings(server.url), answerer, state, register):
        answer = await ask(server, "who?")
    answerer.library.live = False
    async with serving(bot_settings(server.url), answerer, state, register):
        await press(server, answer, buttons(answer)[Do.SHOW_PASSAGE])
    text = now(server, answer)["text"]
    assert SAY("pages-withdrawn") in text
    assert QUOTE not in text


async def test_an_article_that_is_gone_is_told_politely(
    chat: BotApiServer, answerer: CopiedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that was made anew without an article cannot show it."""
    answer = await ask(chat, "who?")
    monkeypatch.setattr(answerer.library, "article", lambda article_id: None)
    await press(chat, answer, buttons(answer)[Do.SHOW_PASSAGE])
    assert SAY("pages-gone") in now(chat, answer)["text"]


async def test_an_answer_that_was_forgotten_says_so(chat: BotApiServer, state: State) -> None:
    """Whoever asked has had everything deleted: the button explains, the message stays."""
    answer = await ask(chat, "who?", GROUP_ID)
    await chat.say("/forget", chat=GROUP_ID)
    await chat.sent(2)
    told = await press(chat, answer, buttons(answer)[Do.SHOW_PASSAGE], by=5)
    assert told == SAY("pressing-forgotten")
    assert now(chat, answer)["text"] == answer["text"]


@pytest.mark.parametrize(
    "data",
    [
        "x",
        "🙂" * 16,
        encode(Press(Do.SHOW_PASSAGE, 2**62))[:-1],
    ],
)
async def test_unknown_buttons_are_explained(chat: BotApiServer, data: str) -> None:
    """Data of another version, another bot or nobody lead to one kind sentence."""
    answer = await ask(chat, "who?")
    assert await press(chat, answer, data) == SAY("pressing-unknown")


async def test_a_quotation_that_is_not_there_is_explained(chat: BotApiServer) -> None:
    """Data that somebody made up from a real button do no harm."""
    answer = await ask(chat, "who?")
    real = decode(buttons(answer)[Do.SHOW_PASSAGE])
    assert real
    assert await press(chat, answer, encode(replace(real, item=7))) == SAY("pressing-unknown")
    await press(chat, answer, encode(replace(real, page=999)))
    assert NEWS.text in now(chat, answer)["text"]


async def test_a_message_out_of_reach_is_answered_below(chat: BotApiServer) -> None:
    """What Telegram does not let the bot edit any more is shown in a new message."""
    answer = await ask(chat, "who?")
    unreachable = {"chat": answer["chat"], "message_id": answer["message_id"], "date": 0}
    await press(chat, unreachable, buttons(answer)[Do.SHOW_PASSAGE])
    assert [NEWS.text in message["text"] for message in chat.shown(1)] == [False, True]


async def test_a_button_of_an_inline_message_is_explained(chat: BotApiServer) -> None:
    """A message without a chat cannot be turned into anything."""
    answer = await ask(chat, "who?")
    query = {"id": "1", "from": answer["chat"] | {"is_bot": False}, "chat_instance": "1"}
    data = buttons(answer)[Do.SHOW_PASSAGE]
    await chat.push(callback_query=query | {"inline_message_id": "i", "data": data})
    await chat.wait_for(lambda: bool(chat.made("answerCallbackQuery")))
    assert chat.made("answerCallbackQuery")[0].params["text"] == SAY("pressing-unknown")


async def test_an_opinion_is_kept_shown_and_changed(chat: BotApiServer, state: State) -> None:
    """Helpful or not: thanked for, marked in a private chat, the last word counts."""
    answer = await ask(chat, "who?")
    for do, key in (
        (Do.HELPFUL, "helpful"),
        (Do.UNHELPFUL, "unhelpful"),
        (Do.UNHELPFUL, "unhelpful"),
    ):
        told = await press(chat, now(chat, answer), buttons(answer)[do])
        assert told == SAY(f"pressing-{key}")
        assert SAY(f"buttons-{key}-pressed") in str(now(chat, answer)["reply_markup"])
    assert await rows(state, "SELECT user_id, helpful FROM feedback") == [(1, 0)]
    await press(chat, answer, buttons(answer)[Do.SHOW_PASSAGE])
    await press(chat, answer, buttons(now(chat, answer))[Do.SHOW_ANSWER])
    assert SAY("buttons-unhelpful-pressed") in str(now(chat, answer)["reply_markup"])


async def test_a_group_keeps_its_opinions_to_itself(chat: BotApiServer, state: State) -> None:
    """Each member has an opinion of their own, and the message shows none of them."""
    answer = await ask(chat, "who?", GROUP_ID)
    await press(chat, answer, buttons(answer)[Do.HELPFUL], by=5)
    await press(chat, answer, buttons(answer)[Do.UNHELPFUL], by=6)
    opinions = await rows(state, "SELECT user_id, helpful FROM feedback ORDER BY user_id")
    assert opinions == [(5, 1), (6, 0)]
    assert now(chat, answer) == answer


async def test_a_new_answer_begins_without_opinions(chat: BotApiServer, state: State) -> None:
    """What was said of an answer is not said of the one that took its place."""
    question = await chat.say("one")
    await chat.sent(1)
    (answer,) = chat.shown(1)
    await press(chat, answer, buttons(answer)[Do.UNHELPFUL])
    await chat.reword(question, "two")
    await chat.wait_for(lambda: bool(chat.made("editMessageText")))
    assert await rows(state, "SELECT * FROM feedback") == []


async def test_the_answer_comes_back_in_its_own_words(chat: BotApiServer) -> None:
    """A press by a speaker of another language changes no word of what others read."""
    await chat.say("/since 2024-01-01", chat=GROUP_ID)
    await chat.say("/ask who?", chat=GROUP_ID)
    await chat.sent(2)
    answer = chat.shown(GROUP_ID)[1]
    russian = {"id": 5, "is_bot": False, "first_name": "Аня", "language_code": "ru"}
    for do in (Do.SHOW_PASSAGE, Do.SHOW_ANSWER):
        message, edits = now(chat, answer), len(chat.made("editMessageText"))
        query = {"id": do.name, "from": russian, "chat_instance": "1", "message": message}
        await chat.push(callback_query=query | {"data": buttons(message)[do]})
        await chat.wait_for(lambda: len(chat.made("editMessageText")) > edits)  # noqa: B023 - awaited
    notice = SAY("asking-since", since="2024-01-01")
    assert now(chat, answer)["text"].endswith(notice)
    assert now(chat, answer)["reply_markup"] == answer["reply_markup"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_toast_fits(language: str) -> None:
    """Telegram shows at most 200 characters in a toast."""
    say = phrases(language)
    keys = ("unknown", "forgotten", "helpful", "unhelpful")
    texts = [*(say(f"pressing-{key}") for key in keys), say("handlers-failed")]
    texts.append(say("access-refused", user=str(2**52)))
    assert max(map(len, texts)) <= 200


async def test_an_answer_stays_in_its_chat(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Clients can send any data from any message: elsewhere a press shows and keeps nothing."""
    async with serving(bot_settings(server.url), answerer, state, register):
        await server.say("mine")
        await server.sent(1)
        (mine,) = server.shown(1)
        await server.say("/help", chat=2)
        await server.sent(2)
        (other,) = server.shown(2)
        for data in buttons(mine).values():
            assert await press(server, other, data, by=2) == SAY("pressing-forgotten")
    assert server.made("editMessageText") == []
    assert server.made("editMessageReplyMarkup") == []
    assert await rows(state, "SELECT * FROM feedback") == []


async def test_buttons_of_a_group_that_has_moved_go_on_working(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Its old messages stay under its former id."""
    async with serving(bot_settings(server.url), answerer, state, register):
        await server.say("/ask who?", chat=-55)
        await server.sent(1)
        (asked,) = server.shown(-55)
        await server.say(None, chat=-55, migrate_to_chat_id=GROUP_ID)
        await press(server, asked, buttons(asked)[Do.SHOW_PASSAGE])
    assert len(server.made("editMessageText")) == 1
