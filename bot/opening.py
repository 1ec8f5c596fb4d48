"""From flags and settings to an open index: the settings, the filters, the risk.

Imports wait until a command needs them, so that help stays instant.
"""

from datetime import date
from typing import TYPE_CHECKING

from index.errors import UsageError
from index.location import Location

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.filters import Filters
    from index.library import Expected
    from retrieval.answerer import Answerer
    from retrieval.live import LiveAnswerer


def read_settings(index: Location | None) -> "Settings":
    """The settings of this process; pydantic waits until here."""
    from bot.settings import load_settings

    return load_settings(index)


def expected(settings: "Settings") -> "Expected":
    """What was set on purpose must fit an index; defaults give way to what it was made with."""
    from index.library import Expected

    said = settings.model_fields_set
    return Expected(
        settings.model if "model" in said else None,
        settings.chunk_tokens if "chunk_tokens" in said else None,
        settings.chunk_overlap_tokens if "chunk_overlap_tokens" in said else None,
    )


def open_answerer(
    index: Location | None, risk: float | None = None, *, lasting: bool = False
) -> "Answerer":
    """Open the index that flag or settings name; `lasting` for many questions."""
    settings = read_settings(index)
    from retrieval.answerer import Answerer
    from retrieval.confidence import NEVER

    chosen = asked_risk(settings, risk)
    answerer = Answerer.open(
        settings.index, expected(settings), settings.threads, chosen, lasting=lasting
    )
    if answerer.threshold >= NEVER and answerer.calibration.kept_risks():
        raise UsageError(
            f"no confidence keeps the risk {chosen:g}; the lowest that can be kept here is "
            f"{min(answerer.calibration.kept_risks()) / 100:g}."
        )
    return answerer


def open_live_answerer(index: Location | None, risk: float | None = None) -> "LiveAnswerer":
    """Open the index for a conversation, which may see it rebuilt."""
    from index.places import open_place
    from retrieval.live import LiveAnswerer

    place = open_place(read_settings(index).index)
    return LiveAnswerer(place, lambda: open_answerer(index, risk, lasting=True))


def asked_risk(settings: "Settings", risk: float | None) -> float | None:
    """The risk that flag or settings ask for; None leaves it to the calibration."""
    return settings.risk if risk is None and "risk" in settings.model_fields_set else risk


def read_filters(
    since: str | None, until: str | None, source: str | None, as_of: str | None = None
) -> "Filters":
    """Check the filter options; days may be words, such as "yesterday" and "last week".

    Raises:
        UsageError: A date cannot be read or may mean two days, or the range is empty.
    """
    from index.filters import Filters
    from retrieval.questions import readable

    days = {}
    for name, value in (("--since", since), ("--until", until), ("--as-of", as_of)):
        if value is not None:
            from retrieval.times.days import read_day

            try:
                days[name] = read_day(value, date.today(), end=name != "--since")
            except UsageError as exc:
                raise UsageError(f"{name} {exc}") from exc
    for name in ("--until", "--as-of"):
        if "--since" in days and name in days and days["--since"] > days[name]:
            raise UsageError(f"--since is later than {name}; no article can match.")
    return Filters(
        days.get("--since"), days.get("--until"), source and readable(source), days.get("--as-of")
    )
