"""The server: lo-bot-api-emulator, widened to what a current client sends, with message state.

Adds the checks of the real server that the emulator leaves out (token, HTML, length after
parsing, the replied-to message), records every call, and can be told to fail.
"""

import asyncio
import copy
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

import lo_bot_api_emulator
from aiohttp import web
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator, updates
from telegram import Update

from tests.telegram_server.html_oracle import Entity, parse_html, utf16_units

TOKEN = "7:TESTS-only_TokenOfTheLoopbackServer"
BOT = {"id": 7, "is_bot": True, "first_name": "Dateline", "username": "dateline_bot"}
ANN = {"id": 1, "is_bot": False, "first_name": "Ann", "username": "ann"}
GROUP_ID = -1001

Json = dict[str, Any]

# The emulator's contract is that of another server; these are in the Bot API.
updates.KINDS |= set(Update.ALL_TYPES)
updates.ALLOWED_UPDATE_TYPES |= updates.KINDS
for _method, _names in {
    "sendMessage": {"link_preview_options", "message_thread_id"},
    "sendChatAction": {"message_thread_id"},
    "editMessageText": {"link_preview_options", "inline_message_id"},
    "answerInlineQuery": {"button"},
    "setMyCommands": {"language_code", "scope"},
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
    fault: "Fault | None" = None
    began: float = field(default_factory=time.monotonic)

    @property
    def shown(self) -> str:
        """What the reader of a sent message sees."""
        return str(self.result["text"])


_CALL = web.RequestKey("call", Call)


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call fails.

    Attributes:
        status: HTTP status of the refusal; 0: the connection is cut.
        description: What the refusal says.
        parameters: What it says to programs.
        after: Cut the connection only after the call has been carried out.
        delay_s: Wait before anything.
    """

    status: int
    description: str = "Internal Server Error"
    parameters: Json | None = None
    after: bool = False
    delay_s: float = 0


LOST_BEFORE, LOST_AFTER = Fault(0), Fault(0, after=True)
_FAULT = web.RequestKey("fault", Fault)


class BotApiServer(LoBotApiEmulator):  # type: ignore[misc]  # untyped base
    """A Bot API server on a free loopback port: `async with BotApiServer() as server`."""

    url: str

    def __init__(self) -> None:
        """Set up an empty server."""
        super().__init__(
            max_updates=10_000, max_history=100_000, allow_insecure_loopback_webhooks=True
        )
        self.token = TOKEN
        self._port = 0
        self.disturb: Callable[[str], Fault | None] = lambda method: None
        self.calls: list[Call] = []
        self.members: dict[int, str | None] = {}
        self._faults: dict[str, list[Fault]] = {}
        self._messages: dict[tuple[str, int], Json] = {}
        self._message_ids: dict[int, Iterator[int]] = {}
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self.close()

    async def open(self) -> None:
        """Listen: at a free port the first time, at the same one later."""
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, self._port = self._runner.addresses[0]
        self.url = f"http://{host}:{self._port}"

    async def close(self) -> None:
        """Cut every connection and listen no more; what is queued stays."""
        await self._runner.cleanup()

    # The test's side.

    async def say(self, text: str | None, chat: int = 1, **more: object) -> Json:
        """Let somebody write to the bot (`chat` 1 and up: private) or in a group (below 0).

        In a private chat it is the user of that id; in a group it is Ann, unless `more` says
        otherwise ("from").
        """
        message_id = self._new_message_id(chat)
        message = {
            "message_id": message_id,
            "date": int(time.time()),
            "from": user(chat if chat > 0 else 1),
            "chat": _chat(chat),
            **({} if text is None else {"text": text, "entities": _entities(text)}),
            **more,
        }
        self._messages[str(chat), message_id] = message
        await self.push(message=message)
        return message

    async def push(self, update_id: int | None = None, **update: object) -> None:
        """Queue an update as it is."""
        numbered = update if update_id is None else {**update, "update_id": update_id}
        await self.enqueue_update(numbered, token=TOKEN)

    async def push_again(self, update: Json) -> None:
        """Queue an update once more, as if the server had lost that it was acknowledged."""
        queue = self._update_queues._state(TOKEN)
        async with queue.condition:
            queue.updates.insert(0, update)
            queue.condition.notify_all()

    async def reword(self, message: Json, text: str) -> Json:
        """Let the author of a message edit it."""
        edited = {
            **message,
            "text": text,
            "entities": _entities(text),
            "edit_date": int(time.time()),
        }
        self._messages[str(message["chat"]["id"]), message["message_id"]] = edited
        await self.push(edited_message=edited)
        return edited

    async def press(self, message: Json, data: str, by: int = 1) -> None:
        """Press the button of a message of the bot that carries `data`."""
        await self.push(
            callback_query={
                "id": str(next(self._ids)),
                "from": user(by),
                "chat_instance": "1",
                "message": message,
                "data": data,
            }
        )

    async def ask_inline(self, query: str, by: int = 1) -> str:
        """Write `@bot query` in some chat; the id of the query."""
        query_id = str(next(self._ids))
        await self.push(
            inline_query={"id": query_id, "from": user(by), "query": query, "offset": ""}
        )
        return query_id

    async def send_file(self, name: str, data: bytes, chat: int = 1, **more: object) -> Json:
        """Send the bot a document."""
        file_id = f"file-{next(self._ids)}"
        self.assets[file_id] = {"filename": name, "data": data, "size": len(data)}
        document = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": name,
            "file_size": len(data),
        }
        return await self.say(None, chat, document=document, **more)

    def message(self, chat: int, message_id: int) -> Json:
        """A message as its readers see it now."""
        return self._messages[str(chat), message_id]

    def shown(self, chat: int) -> list[Json]:
        """The messages of the bot that stand in a chat now, in order."""
        return [
            message
            for (place, _), message in sorted(self._messages.items(), key=lambda item: item[0][1])
            if place == str(chat) and message["from"]["id"] == BOT["id"]
        ]

    def delete_everything(self) -> None:
        """Forget all messages, as if every user had deleted theirs."""
        self._messages.clear()

    def fail_next(
        self, method: str, status: int, description: str, parameters: Json | None = None
    ) -> None:
        """Refuse the next call of `method`; several failures queue up."""
        self.disturb_next(method, Fault(status, description, parameters))

    def disturb_next(self, method: str, fault: Fault) -> None:
        """Let the next call of `method` fail; several faults queue up."""
        self._faults.setdefault(method, []).append(fault)

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
        if _FAULT in request and request[_FAULT].after and request.transport:
            request.transport.abort()
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
        fault = self._faults[method].pop(0) if self._faults.get(method) else self.disturb(method)
        if fault:
            request[_FAULT] = fault
            if _CALL in request:
                request[_CALL].fault = fault
            await asyncio.sleep(fault.delay_s)
            if fault.status:
                raise ApiRefusal(fault.description, fault.status, fault.parameters)
            if not fault.after and not fault.delay_s and request.transport:
                request.transport.abort()
                raise ApiRefusal("cut", 500)
        return fields, uploads

    def validate(self, method: str, fields: Json, uploads: Json) -> Any:  # noqa: ANN401  # any JSON
        """The result of a call, or `ApiRefusal`."""
        if method == "getMe":
            return BOT
        if method in ("sendMessage", "editMessageText"):
            text, entities = _parsed(fields)
            result = super().validate(method, {**fields, "text": text}, uploads)
            if method == "editMessageText":
                return self._edit(fields, text=text, entities=entities)
            return self._send(fields, result, text, entities)
        if method == "getChatMember":
            return self._member(int(fields["user_id"]))
        result = super().validate(method, fields, uploads)
        if method == "editMessageReplyMarkup":
            return self._edit(fields)
        if method == "deleteMessage":
            key = str(fields["chat_id"]), int(fields["message_id"])
            if self._messages.pop(key, None) is None:
                raise ApiRefusal("Bad Request: message to delete not found")
        return result

    def _member(self, number: int) -> Json:
        """What somebody is in any group; those whom a test has deleted are known to nobody."""
        status = self.members.get(number, "member")
        if status is None:
            raise ApiRefusal("Bad Request: user not found")
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": user(number), **until}

    def _new_message_id(self, chat: int) -> int:
        """Private chats are numbered together, each supergroup by itself."""
        return next(self._message_ids.setdefault(min(chat, 0), itertools.count(1001)))

    def _send(self, fields: Json, result: Json, text: str, entities: list[Json]) -> Json:
        message_id = self._new_message_id(int(fields["chat_id"]))
        topic = fields.get("message_thread_id")
        message = {
            **result,
            "message_id": message_id,
            "from": BOT,
            "chat": _chat(int(fields["chat_id"])),
            "text": text,
            "entities": entities,
            **({"message_thread_id": int(topic), "is_topic_message": True} if topic else {}),
        }
        self._messages[str(fields["chat_id"]), message_id] = message
        return copy.deepcopy(message)

    def _edit(self, fields: Json, **content: object) -> Json:
        """Change a message of the bot, as the real server would or would not."""
        key = str(fields["chat_id"]), int(fields["message_id"])
        old = self._messages.get(key)
        if old is None:
            raise ApiRefusal("Bad Request: message to edit not found")
        if old["from"]["id"] != BOT["id"]:
            raise ApiRefusal("Bad Request: message can't be edited")
        new = {name: old[name] for name in old if name not in ("reply_markup", "edit_date")}
        new |= content
        if fields.get("reply_markup"):
            new["reply_markup"] = json.loads(fields["reply_markup"])
        if new == {name: old[name] for name in old if name != "edit_date"}:
            raise ApiRefusal(
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message"
            )
        self._messages[key] = {**new, "edit_date": int(time.time())}
        return copy.deepcopy(self._messages[key])

    def validate_reply(self, fields: Json) -> None:
        """The replied-to message must exist, unless the bot said it need not."""
        super().validate_reply(fields)
        if not fields.get("reply_parameters"):
            return
        quoting = json.loads(fields["reply_parameters"])
        known = (str(fields["chat_id"]), quoting["message_id"]) in self._messages
        if not known and not quoting.get("allow_sending_without_reply"):
            raise ApiRefusal("Bad Request: message to be replied not found")


def _parsed(fields: Json) -> tuple[str, list[Json]]:
    """Text and entities of a message, or a refusal in the words of the real server."""
    text: str = fields.get("text", "")
    entities: list[Entity] = []
    if fields.get("parse_mode", "").lower() == "html":
        try:
            text, entities = parse_html(text)
        except ValueError as exc:
            raise ApiRefusal(f"Bad Request: {exc}") from None
    if utf16_units(text) > 4096:
        raise ApiRefusal("Bad Request: message is too long")
    told = [{name: value for name, value in asdict(one).items() if value} for one in entities]
    # Telegram trims, and so would notice an empty message.
    return text.strip(), [{"offset": 0, **entity} for entity in told]


def user(number: int) -> Json:
    """A person; 1 is Ann."""
    return ANN if number == 1 else {"id": number, "is_bot": False, "first_name": f"User {number}"}


def _chat(chat: int) -> Json:
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": "Ann"}
    return {"id": chat, "type": "supergroup", "title": "News readers"}


def _entities(text: str) -> list[Json]:
    """The entities that a Telegram client would find: a leading command, and mentions."""
    words = text.split()
    found = []
    for n, word in enumerate(word.rstrip(",.:;!?") or word for word in words):
        kind = "mention" if word.startswith("@") else "bot_command" if word[0] == "/" else None
        if kind == "mention" or (kind and n == 0):
            offset = utf16_units(text[: text.index(word)])
            found.append({"type": kind, "offset": offset, "length": utf16_units(word)})
    return found
