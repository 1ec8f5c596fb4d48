"""Four languages that say the same: keys, arguments, plurals, directions, and what is missing."""

import ast
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from babel import Locale
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

from bot.messenger.display import language
from bot.messenger.display.language import LANGUAGES, phrases
from tests.messenger.conftest import Complaints

BOT = Path(__file__).parents[2] / "bot"
NUMBERS = (*range(25), 99, 100, 101, 102, 103, 111, 1_000, 21_000, 1_000_000, 1_234_567)


def entries(code: str) -> Iterator[tuple[str, ftl.BaseNode]]:
    """File name and entry, for each entry of a language."""
    folder = files("bot.messenger.display") / "locale" / code
    for file in folder.iterdir():
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            yield file.name, entry


def messages(code: str) -> dict[str, ftl.Message]:
    """The messages of a language by key."""
    return {entry.id.name: entry for _, entry in entries(code) if isinstance(entry, ftl.Message)}


def nodes(entry: ftl.BaseNode) -> Iterator[ftl.BaseNode]:
    """An entry and all that is in it."""
    yield entry
    for value in vars(entry).values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ftl.BaseNode):
                yield from nodes(part)


def variables(entry: ftl.BaseNode) -> set[str]:
    """The arguments that a message takes."""
    return {node.id.name for node in nodes(entry) if isinstance(node, ftl.VariableReference)}


def choices(entry: ftl.BaseNode) -> Iterator[tuple[str, set[str]]]:
    """What a message chooses by, and between what."""
    for node in nodes(entry):
        if isinstance(node, ftl.SelectExpression):
            keys = {getattr(one.key, "name", None) or one.key.value for one in node.variants}
            yield ",".join(sorted(variables(node.selector))), keys


def said_in_code() -> Iterator[tuple[str, str, set[str] | None]]:
    """Place, key and arguments of each phrase that the code of the bot asks for by name."""
    for file in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _says(node.func):
                names = {word.arg for word in node.keywords}
                known = None if None in names else {str(name) for name in names}
                for key in ast.walk(node.args[0]):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield f"{file.name}:{node.lineno}", key.value, known


def _says(function: ast.expr) -> bool:
    """Whether what is called is `say`, `self._say` or `phrases(code)`."""
    if isinstance(function, ast.Call):
        return isinstance(function.func, ast.Name) and function.func.id == "phrases"
    name = getattr(function, "attr", None) or getattr(function, "id", "")
    return name in {"say", "_say"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_files_hold_nothing_but_phrases_and_each_once(code: str) -> None:
    """No entry is broken, and no key stands in two places, of which one would win by chance."""
    keys = []
    for name, entry in entries(code):
        assert not isinstance(entry, ftl.Junk), f"{code}/{name}: {entry.content}"
        if isinstance(entry, ftl.Message):
            keys.append(entry.id.name)
            assert entry.value, f"{entry.id.name} says nothing"
            assert entry.id.name.partition("-")[0] == name.removesuffix(".ftl")
    assert sorted(keys) == sorted(set(keys))
    assert keys


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_every_language_has_the_same_phrases_with_the_same_arguments(code: str) -> None:
    """Nothing is left untranslated, and no translation forgets a number or a name."""
    english, other = messages("en"), messages(code)
    assert set(other) == set(english)
    for key, message in english.items():
        assert variables(other[key]) == variables(message), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_plurals_are_complete(code: str) -> None:
    """Where a phrase tells one from many, it has each form that the language has."""
    forms = {*Locale(code).plural_form.tags, "other"}
    for key, message in messages(code).items():
        for by, keys in choices(message):
            if keys & (forms - {"other"}) or by == "count":
                assert forms <= keys, f"{key} lacks {forms - keys}"
                unknown = {one for one in keys - forms if not one.isdigit()}
                assert not unknown, f"{key} has {unknown}, which {code} has not"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_phrase_can_be_said_of_any_number(code: str) -> None:
    """No number and no name makes a phrase fail (`complaints` holds what goes wrong)."""
    say = phrases(code)
    for key, message in messages(code).items():
        names = variables(message)
        chosen = {by for by, _ in choices(message)}
        for number in NUMBERS if names else (0,):
            of_numbers = say(key, **dict.fromkeys(names, number))
            of_names = say(
                key, **{name: number if name in chosen else "Ada <Lind> & Söhne" for name in names}
            )
            for said in (of_numbers, of_names):
                assert said.strip()
                assert "{" not in said, said
                assert not any(mark in said for mark in "\ue000\ue001"), said


def test_every_phrase_that_the_code_asks_for_exists() -> None:
    """Each key in the code is in the files, with just the arguments that it takes."""
    english, asked = messages("en"), list(said_in_code())
    assert len(asked) > 20
    for place, key, arguments in asked:
        assert key in english, f"{place}: {key}"
        if arguments is not None:
            assert arguments == variables(english[key]), f"{place}: {key}"


def test_every_phrase_is_asked_for() -> None:
    """No phrase is translated in vain: its key, or the beginning of it, stands in the code."""
    texts = {
        node.value
        for file in BOT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    begun = tuple(text for text in texts if text.endswith("-") and len(text) > 1)
    unused = [key for key in messages("en") if key not in texts and not key.startswith(begun)]
    assert unused == []


@pytest.mark.parametrize(
    ("code", "chosen"),
    [
        ("ru", "ru"),
        ("ru-RU", "ru"),
        ("AR_eg", "ar"),
        ("tr-Latn-TR", "tr"),
        ("en-GB", "en"),
        ("de", "en"),
        ("zh-hans", "en"),
        ("", "en"),
        (None, "en"),
        ("../../etc", "en"),
    ],
)
def test_the_language_is_chosen_by_its_code(code: str | None, chosen: str) -> None:
    """The region does not matter, and whoever speaks another language gets English."""
    assert phrases(code).language == chosen


def test_numbers_get_the_separators_of_the_language() -> None:
    """A large number can be read by whoever reads the language."""
    said = [phrases(code)("pages-sources", count=1_234_567) for code in LANGUAGES]
    wanted = ["1,234,567", "1\u00a0234\u00a0567", "1.234.567", "1,234,567"]
    assert all(number in text for number, text in zip(wanted, said, strict=True))


@pytest.mark.parametrize(
    ("code", "count", "said"),
    [
        ("en", 1, "1 other source"),
        ("en", 2, "2 other sources"),
        ("ru", 1, "Ещё 1 источник"),
        ("ru", 3, "Ещё 3 источника"),
        ("ru", 11, "Ещё 11 источников"),
        ("ru", 22, "Ещё 22 источника"),
        ("tr", 5, "5 kaynak daha"),
        ("ar", 1, "مصدر آخر"),
        ("ar", 2, "مصدران آخران"),
        ("ar", 3, "\u20683\u2069 مصادر أخرى"),
        ("ar", 11, "\u206811\u2069 مصدرًا آخر"),
        ("ar", 100, "\u2068100\u2069 مصدر آخر"),
    ],
)
def test_plurals_follow_the_language(code: str, count: int, said: str) -> None:
    """Each language counts by its own rules."""
    assert phrases(code)("buttons-sources", count=count).endswith(said)


@pytest.mark.parametrize("code", LANGUAGES)
def test_only_arabic_keeps_names_and_numbers_apart(code: str) -> None:
    """What is put into a line from right to left keeps its own direction; elsewhere nothing is."""
    said = phrases(code)("pages-place", page=2, count=5)
    assert ("\u20682\u2069" in said and "\u20685\u2069" in said) == (code == "ar")
    assert ("\u2068" in said) == (code == "ar")


def resource(monkeypatch: pytest.MonkeyPatch, **sources: str) -> None:
    """Let languages consist of these Fluent texts."""
    bundles = {}
    for code, source in sources.items():
        bundles[code] = FluentBundle([code], use_isolating=code == "ar")
        bundles[code].add_resource(FluentResource(source))
    monkeypatch.setattr(language, "_bundle", bundles.__getitem__)


def test_a_command_in_arabic_reads_from_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command keeps its direction in a line from right to left; an address is no command."""
    resource(monkeypatch, ar="test-a = أرسل /reset أو https://a.example/b", en="")
    said = phrases("ar")("test-a")
    assert said == "أرسل \u2068/reset\u2069 أو https://a.example/b"


def test_a_missing_translation_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap in one language is not a gap in the bot."""
    resource(monkeypatch, ru="", en="test-b = Only { $n } in English")
    assert phrases("ru")("test-b", n="this") == "Only this in English"


def test_an_unknown_phrase_is_logged_and_made_of_its_key(complaints: Complaints) -> None:
    """A mistake in the code does not keep a user from an answer, and is not passed over."""
    assert phrases("ru")("pages-not-there") == "not there"
    assert phrases("ru")("odd", name="x") == "odd"
    assert complaints.messages == [
        "There is no phrase 'pages-not-there'",
        "There is no phrase 'odd'",
    ]
    complaints.messages.clear()


def test_a_missing_argument_is_logged_without_the_others(complaints: Complaints) -> None:
    """What a user wrote does not get into the log with it."""
    said = phrases("en")("pages-place", page="a secret")
    assert said == "Page a secret of count"
    assert complaints.messages == ["Phrase 'pages-place' in 'en': Unknown external: count"]
    complaints.messages.clear()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_long_argument_is_said_in_full(code: str) -> None:
    """A question or quotation of any length fits into a phrase."""
    long = "{ $page } \ue000page\ue001 " + "word " * 2000
    said = phrases(code)("pages-place", page=long, count=5)
    assert long in said
    assert "5" in said


def test_files_are_parsed_once() -> None:
    """Words cost nothing after the first message."""
    assert language._bundle("tr") is language._bundle("tr")
    assert all(one is two for one, two in pairwise([language._bundle("ar") for _ in range(3)]))
