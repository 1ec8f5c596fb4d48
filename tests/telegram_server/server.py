"""The server: lo-bot-api-emulator, widened to what a current client sends, with message state.

Adds the checks of the real server that the emulator leaves out (token, HTML, length after
parsing, the replied-to message), records every call, and can be told to fail.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import lo_bot_api_emulator
from aiohttp import web
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator

from tests.telegram_server.html_oracle import parse_html, utf16_units

TOKEN = "7:TESTS-only_TokenOfTheLoopbackServer"
BOT = {"id": 7, "is_bot": True, "first_name": "Dateline", "username": "dateline_bot"}
ANN = {"id": 1, "is_bot": False, "first_name": "Ann", "username": "ann"}
GROUP_ID = -1001

Json = dict[str, Any]

# The emulator's contract is that of another server; these are in the Bot API.
for _method, _names in {
    "sendMessage": {"link_preview_options", "message_thread_id"},
    "sendChatAction": {"message_thread_id"},
}.items():
    _contract = lo_bot_api_emulator.CONTRACT["methods"][_method]
    _contract["parameters"] = sorted({*_contract["parameters"], *_names})
    _contract.pop("parameterVariants", None)


@dataclass(slots=True)
class Call:
    """One request of the bot, `getUpdates` excepted; `status` is None while it is served."""

    method: str
    params: dict[str, str]
    status: int | None = None
    result: Any = None
    began: float = field(default_factory=time.monotonic)

    @property
    def shown(self) -> str:
        """What the reader of a sent message sees."""
        return str(self.result["text"])


_CALL = web.RequestKey("call", Call)


@dataclass(frozen=True, slots=True)
class Fault:
    """How the next call of a method fails."""

    status: int
    description: str
    parameters: Json | None = None


class BotApiServer(LoBotApiEmulator):  # type: ignore[misc]  # untyped base
    """A Bot API server on a free loopback port: `async with BotApiServer() as server`."""

    url: str

    def __init__(self) -> None:
        """Set up an empty server."""
        super().__init__(max_updates=10_000)
        self.token = TOKEN
        self.calls: list[Call] = []
        self._faults: dict[str, list[Fault]] = {}
        self._messages: dict[tuple[str, int], Json] = {}
        self._last_message_id = 1000
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._runner.cleanup()

    # The test's side.

    async def say(self, text: str | None, chat: int = 1, **more: object) -> Json:
        """Let Ann write to the bot (`chat` 1 and up: private) or in a group (below 0)."""
        self._last_message_id += 1
        message = {
            "message_id": self._last_message_id,
            "date": int(time.time()),
            "from": ANN,
            "chat": _chat(chat),
            **({} if text is None else {"text": text, "entities": _entities(text)}),
            **more,
        }
        self._messages[str(chat), self._last_message_id] = message
        await self.enqueue_update({"message": message}, token=TOKEN)
        return message

    def delete_everything(self) -> None:
        """Forget all messages, as if every user had deleted theirs."""
        self._messages.clear()

    def fail_next(
        self, method: str, status: int, description: str, parameters: Json | None = None
    ) -> None:
        """Refuse the next call of `method`; several failures queue up."""
        self._faults.setdefault(method, []).append(Fault(status, description, parameters))

    def made(self, method: str, chat: int | None = None) -> list[Call]:
        """The calls of `method` that succeeded so far, in order."""
        return [
            call
            for call in self.calls
            if call.method == method
            and call.status == 200
            and (chat is None or call.params["chat_id"] == str(chat))
        ]

    async def sent(self, count: int, chat: int | None = None) -> list[Call]:
        """The first `count` messages of the bot, as soon as there are so many."""
        await self.wait_for(lambda: len(self.made("sendMessage", chat)) >= count)
        return self.made("sendMessage", chat)[:count]

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float = 8) -> None:
        """Wait until `condition` holds; it is looked at after each call of the bot."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(condition)

    # The bot's side.

    async def handle(self, request: web.Request) -> web.Response:
        """Serve one request and record it."""
        response: web.Response = await super().handle(request)
        if request.match_info["method"] == "getUpdates":
            for _ in range(10):  # a poll that was dropped a moment ago still holds the queue
                if response.status != 409:
                    break
                await asyncio.sleep(0.05)
                response = await super().handle(request)
        if _CALL in request:
            call = request[_CALL]
            call.status = response.status
            call.result = json.loads(response.text or "{}").get("result")
            async with self._changed:
                self._changed.notify_all()
        return response

    async def read_request(self, request: web.Request) -> tuple[Json, Json]:
        """Read the parameters; refuse a wrong token and what `fail_next` announced."""
        fields, uploads = await super().read_request(request)
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            raise ApiRefusal("Unauthorized", 401)
        if method != "getUpdates":
            call = Call(method, {name: str(value) for name, value in fields.items()})
            request[_CALL] = call
            self.calls.append(call)
        if self._faults.get(method):
            fault = self._faults[method].pop(0)
            raise ApiRefusal(fault.description, fault.status, fault.parameters)
        return fields, uploads

    def validate(self, method: str, fields: Json, uploads: Json) -> Any:  # noqa: ANN401  # any JSON
        """The result of a call, or `ApiRefusal`."""
        if method == "getMe":
            return BOT
        if method != "sendMessage":
            return super().validate(method, fields, uploads)
        text = fields.get("text", "")
        if fields.get("parse_mode", "").lower() == "html":
            try:
                text, _ = parse_html(text)
            except ValueError as exc:
                raise ApiRefusal(f"Bad Request: {exc}") from None
        if utf16_units(text) > 4096:
            raise ApiRefusal("Bad Request: message is too long")
        text = text.strip()  # Telegram trims, and so would notice an empty message
        result = super().validate(method, {**fields, "text": text}, uploads)
        self._last_message_id += 1
        message = {
            **result,
            "message_id": self._last_message_id,
            "from": BOT,
            "chat": _chat(int(fields["chat_id"])),
            "text": text,
        }
        self._messages[str(fields["chat_id"]), self._last_message_id] = message
        return message

    def validate_reply(self, fields: Json) -> None:
        """The replied-to message must exist, unless the bot said it need not."""
        super().validate_reply(fields)
        if not fields.get("reply_parameters"):
            return
        quoting = json.loads(fields["reply_parameters"])
        known = (str(fields["chat_id"]), quoting["message_id"]) in self._messages
        if not known and not quoting.get("allow_sending_without_reply"):
            raise ApiRefusal("Bad Request: message to be replied not found")


def _chat(chat: int) -> Json:
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": "Ann"}
    return {"id": chat, "type": "supergroup", "title": "News readers"}


def _entities(text: str) -> list[Json]:
    """The entities that a Telegram client would find: a leading command, and mentions."""
    words = text.split()
    found = []
    for n, word in enumerate(words):
        kind = "mention" if word.startswith("@") else "bot_command" if word[0] == "/" else None
        if kind == "mention" or (kind and n == 0):
            offset = utf16_units(text[: text.index(word)])
            found.append({"type": kind, "offset": offset, "length": utf16_units(word)})
    return found
