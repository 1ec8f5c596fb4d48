"""What each failure means: descriptions of the Bot API, as python-telegram-bot raises them."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.messenger.delivery.refusals import RULES, Json, Verdict, as_plain_text, rule_for
from bot.messenger.display.markup import MAX_UNITS
from tests.telegram_server import utf16_units

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
NO_TAG = 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 4'
NO_URL = "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL"
NO_RIGHTS = "Bad Request: not enough rights to send text messages to the chat"
OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.mark.parametrize(
    ("method", "description", "verdict"),
    [
        ("editMessageText", NOT_MODIFIED, Verdict.DONE),
        ("editMessageReplyMarkup", NOT_MODIFIED, Verdict.DONE),
        ("editMessageText", "Bad Request: message to edit not found", Verdict.REFUSED),
        ("editMessageText", "Bad Request: message can't be edited", Verdict.REFUSED),
        ("editMessageText", "Bad Request: MESSAGE_ID_INVALID", Verdict.REFUSED),
        ("deleteMessage", "Bad Request: message to delete not found", Verdict.DONE),
        ("deleteMessage", "Bad Request: message can't be deleted for everyone", Verdict.REFUSED),
        ("answerCallbackQuery", OLD, Verdict.REFUSED),
        ("answerInlineQuery", OLD, Verdict.REFUSED),
        ("answerCallbackQuery", "Bad Request: QUERY_ID_INVALID", Verdict.REFUSED),
        ("sendMessage", OLD, Verdict.WRONG),  # a rule of one method is none of another
        ("sendMessage", NO_TAG, Verdict.AMEND),
        ("sendMessage", NO_URL, Verdict.AMEND),
        ("sendMessage", "Bad Request: BUTTON_DATA_INVALID", Verdict.AMEND),
        ("sendMessage", "Bad Request: message thread not found", Verdict.AMEND),
        ("sendMessage", "Bad Request: TOPIC_DELETED", Verdict.AMEND),
        ("sendMessage", "Bad Request: message to be replied not found", Verdict.AMEND),
        ("sendMessage", "Bad Request: QUOTE_TEXT_INVALID", Verdict.AMEND),
        ("sendMessage", "Bad Request: message is too long", Verdict.WRONG),
        ("sendMessage", "Bad Request: message text is empty", Verdict.WRONG),
        ("sendMessage", "Bad Request: something new", Verdict.WRONG),
        ("sendMessage", "Bad Request: have no rights to send a message", Verdict.MUTED),
        ("sendMessage", NO_RIGHTS, Verdict.MUTED),
        (
            "sendMessage",
            "Bad Request: need administrator rights in the channel chat",
            Verdict.MUTED,
        ),
        ("sendMessage", "Bad Request: CHAT_WRITE_FORBIDDEN", Verdict.MUTED),
        ("sendMessage", "Bad Request: CHAT_RESTRICTED", Verdict.MUTED),
        ("sendMessage", "Bad Request: TOPIC_CLOSED", Verdict.MUTED),
        ("sendMessage", "Bad Request: chat not found", Verdict.GONE),
        ("sendMessage", "Bad Request: user not found", Verdict.GONE),
        ("sendMessage", "Bad Request: PEER_ID_INVALID", Verdict.GONE),
        ("sendMessage", "Bad Request: group chat was deactivated", Verdict.GONE),
    ],
)
def test_each_bad_request_has_a_rule_of_its_own(
    method: str, description: str, verdict: Verdict
) -> None:
    """Descriptions as they come from Telegram are known by what they say."""
    assert rule_for(method, BadRequest(description)).verdict is verdict


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Verdict.GONE),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Verdict.GONE),
        (Forbidden("Forbidden: user is deactivated"), Verdict.GONE),
        (ChatMigrated(-1001), Verdict.MOVED),
        (InvalidToken("Unauthorized"), Verdict.FATAL),
        (Conflict("Conflict: terminated by other getUpdates request"), Verdict.FATAL),
        (NetworkError("Too Many Requests: retry later"), Verdict.NOT_SENT),
        (NetworkError("Internal Server Error"), Verdict.UNCERTAIN),
        (NetworkError("Bad Gateway"), Verdict.UNCERTAIN),
        (TimedOut(), Verdict.UNCERTAIN),
        (TelegramError("Invalid server response"), Verdict.UNCERTAIN),
    ],
)
def test_other_failures_are_known_by_their_type(error: TelegramError, verdict: Verdict) -> None:
    """What is no bad request says by its type what it means."""
    assert rule_for("sendMessage", error).verdict is verdict


@pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning")
def test_a_time_to_wait_is_no_refusal() -> None:
    """Flood control names a time."""
    assert rule_for("sendMessage", RetryAfter(5)).verdict is Verdict.WAIT


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        (httpx.ConnectError("button"), Verdict.NOT_SENT),
        (httpx.ConnectTimeout("late"), Verdict.NOT_SENT),
        (httpx.PoolTimeout("late"), Verdict.NOT_SENT),
        (httpx.ProxyError("no"), Verdict.NOT_SENT),
        (httpx.ReadError("cut"), Verdict.UNCERTAIN),
        (httpx.ReadTimeout("late"), Verdict.UNCERTAIN),
        (httpx.WriteError("cut"), Verdict.UNCERTAIN),
        (httpx.WriteTimeout("late"), Verdict.UNCERTAIN),
        (httpx.RemoteProtocolError("message is not modified"), Verdict.UNCERTAIN),
    ],
)
def test_a_connection_tells_whether_anything_was_sent(
    cause: httpx.HTTPError, verdict: Verdict
) -> None:
    """Only a connection that never came about is sure to have carried nothing."""
    error = NetworkError(f"httpx: {cause}")
    error.__cause__ = cause
    assert rule_for("editMessageText", error).verdict is verdict


def test_every_sign_can_be_found() -> None:
    """Descriptions are compared in lower case, and amendments say how."""
    assert all(rule.sign == rule.sign.lower() for rule in RULES)
    assert all((rule.verdict is Verdict.AMEND) == (rule.amend is not None) for rule in RULES)


def test_what_is_left_of_broken_html_is_its_text() -> None:
    """Tags go, references become characters, and all other parameters stay."""
    broken: Json = {"text": "<b>1 &lt; 2</i> &amp; <x>3", "parse_mode": "HTML", "chat_id": 5}
    assert as_plain_text(broken) == {"text": "1 < 2 & 3", "chat_id": 5}


@given(st.text(alphabet=st.sampled_from("a<>&; /b\n😀"), max_size=5000))
def test_plain_text_fits_a_message(source: str) -> None:
    """However broken the HTML is, the text is valid and short enough, and stays as it is then."""
    plain = as_plain_text({"text": source * 3, "parse_mode": "HTML"})
    assert utf16_units(plain["text"]) <= MAX_UNITS
    assert as_plain_text(plain) is plain
