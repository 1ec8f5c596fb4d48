"""Show answers in a terminal: the words, where they stand, who says so, and what else is said."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.terminal import make_console, printable
from retrieval.answer import (
    Answer,
    Basis,
    Citation,
    Relation,
    Support,
    Understanding,
    Variant,
)

NO_ANSWER = "The articles do not tell."
RELATIONS = {
    Relation.UPDATE: "Earlier",
    Relation.CONFLICT: "Others say",
    Relation.SCOPE: "Of another case",
}


def print_answer(answer: Answer, console: Console | None = None, *, explain: bool = False) -> None:
    """Print the short answer, the sentence it stands in, where that is, and what else is said."""
    console = console or make_console()
    if explain and answer.understanding:
        print_understanding(console, answer.understanding)
    if not answer.answered:
        console.print(Text(NO_ANSWER, style="bold yellow"))
        _print_period(console, answer.understanding)
        if answer.closest:
            console.print(Text("Closest passages:", style="dim"))
        for citation in answer.closest:
            print_citation(console, citation)
        return
    quotes = [citation.quote for citation in answer.citations]
    if answer.answer not in (quotes[0], "\n".join(quotes)):
        console.print(Text(answer.answer or "", style="bold green") + _as_of(answer))
    for citation in answer.citations:
        print_citation(console, citation)
    if answer.support:
        console.print()
        _print_below(console, _support(answer.support))
    elif answer.understanding and (answer.understanding.as_of or answer.understanding.period):
        console.print()
    _print_period(console, answer.understanding)
    for variant in answer.variants:
        print_variant(console, variant)


def print_understanding(console: Console, understanding: Understanding) -> None:
    """Print what a question was taken to mean, and what else it might have meant."""
    told = [("Understood as", printable(understanding.standalone))]
    told += [
        ("rather than", f"{printable(rewrite.text)} ({rewrite.score:.2f})")
        for rewrite in understanding.rewrites
    ]
    for label, text in told:
        console.print(Text(f"{label}: ", style="dim") + Text(text))
    console.print()


def print_variant(console: Console, variant: Variant) -> None:
    """Print another answer: how it differs, its date, and its quotations."""
    console.print()
    told = Text(f"{RELATIONS[variant.relation]}: ", style="dim") + Text(variant.answer, "bold")
    if variant.day:
        told.append(f"  as of {variant.day}", style="dim")
    if variant.support.sources > 1:
        told.append(f"; {_support(variant.support)}", style="dim")
    console.print(told)
    for citation in variant.citations:
        print_citation(console, citation)


def _as_of(answer: Answer) -> Text:
    """Of which day the answer is, where others are of other days or of others."""
    return Text(f"  as of {answer.day}" if answer.variants and answer.day else "", style="dim")


def _support(support: Support) -> str:
    sources = f"{support.sources} independent source{'s' if support.sources != 1 else ''}"
    return f"{sources}, the newest of {support.newest}" if support.newest else sources


def _print_period(console: Console, understanding: Understanding | None) -> None:
    """Say as of which day the articles count, and which time was asked about, and whose."""
    if understanding is None:
        return
    if understanding.as_of:
        _print_below(console, f"As the articles stood on {understanding.as_of}")
    if understanding.period is None:
        return
    period = understanding.period
    what = "Articles published" if period.basis is Basis.PUBLISHED else "Events"
    if period.first and period.first == period.last:
        when = f"on {period.first}"
    else:
        bounds = (("from", period.first), ("to", period.last))
        when = " ".join(f"{word} {day}" for word, day in bounds if day)
    _print_below(console, f"{what} {when} (“{printable(period.words)}”)")


def _print_below(console: Console, told: str) -> None:
    console.print(Padding(Text(told, style="dim"), (0, 0, 0, 2), expand=False))


def print_citation(console: Console, citation: Citation) -> None:
    """Print one quotation with the short answer marked, then title, source, date and file."""
    quote = Text(citation.quote)
    if citation.answer_start is not None and citation.answer_end is not None:
        quote.stylize(
            "bold green",
            citation.answer_start - citation.start,
            citation.answer_end - citation.start,
        )
    console.print()
    console.print(Padding(Text("“") + quote + Text("”"), (0, 0, 0, 2), expand=False))
    known = [citation.title, citation.source, citation.published, citation.path]
    if citation.carried_by:
        known.append(f"the earliest of {len(citation.carried_by) + 1} that carried it")
    place = Text(f"[{citation.n}] ", style="cyan") + Text(
        " · ".join(dict.fromkeys(printable(part) for part in known if part)), style="dim"
    )
    console.print(Padding(place, (0, 0, 0, 2), expand=False))
