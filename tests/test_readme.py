"""The README shows the program as it is."""

from bot.settings import env_example
from retrieval.answerer import Answerer
from tests.readme import PICTURE, README, ROOT, picture, renewed


def test_readme_holds_current_help_and_settings() -> None:
    """Command help and settings in the README are what the program prints."""
    text = README.read_text(encoding="utf-8")
    assert renewed(text) == text, "run `make readme`"


def test_env_example_is_current() -> None:
    """`.env.example` has every setting with its meaning and default."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_picture_shows_the_current_answer(seeds_answerer: Answerer) -> None:
    """The picture in the README is what a terminal shows today."""
    assert picture(seeds_answerer) == PICTURE.read_text(encoding="utf-8"), "run `make readme`"
