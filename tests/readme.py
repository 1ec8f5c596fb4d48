"""Renew what the README shows of the program: command help, settings, and the picture.

`make readme` writes them; `tests/test_readme.py` fails when they drift.
"""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from bot.answers import print_answer
from bot.cli import main as dateline
from bot.settings import env_example
from retrieval.answerer import Answerer

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PICTURE = ROOT / "tests" / "picture" / "answer.svg"
QUESTION = "how many fighters were evacuated?"
WIDTH = 92

# rich's own template loads a font from the network; this one asks the viewer for a monospace one.
SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; \
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">\
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    yield "dateline", dateline
    for name, command in sorted(dateline.commands.items()):
        yield f"dateline {name}", command
        if isinstance(command, click.Group):
            for below, nested in sorted(command.commands.items()):
                yield f"dateline {name} {below}", nested


def command_help() -> str:
    """The help of every command, as the README has it."""
    parts = []
    for words, command in commands():
        context = click.Context(
            command,
            info_name=words,
            max_content_width=WIDTH,
            help_option_names=["-h", "--help"],  # as every command inherits them
        )
        context.terminal_width = WIDTH
        parts.append(f"### `{words}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def renewed(text: str) -> str:
    """The README with its generated parts made anew."""
    for name, content in (
        ("commands", command_help()),
        ("settings", f"```sh\n{env_example()}```\n"),
    ):
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        block = content.replace("\\", r"\\")
        text, found = re.subn(pattern, rf"\g<1>\n{block}\n\g<2>", text, flags=re.DOTALL)
        assert found == 1, name
    return text


def picture(answerer: Answerer) -> str:
    """A real answer over the seeds, as an SVG picture of a terminal."""
    console = Console(
        file=StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    console.print(Text(f'$ dateline ask "{QUESTION}"', style="bold"))
    print_answer(answerer.answer(QUESTION), console)
    return console.export_svg(title="dateline", code_format=SVG, unique_id="dateline")


def main() -> None:
    """Write the README and the picture."""
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(Answerer.open(ROOT / ".dateline")), encoding="utf-8")


if __name__ == "__main__":
    main()
