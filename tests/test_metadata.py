"""Wire copy tells its headline, source, author and date in short lines; sentences tell nothing."""

from datetime import UTC, date, datetime

import pytest

from index.metadata import Metadata, is_label, iso_date, metadata_from_text
from index.sentences import is_heading

COPY = """\
Fishing boats lie at the quay of the small harbour of Norvik on December 12, 2024. (Example Photo)
By Example Agency
Dec 21, 2024 9:55 AM
The harbour of Norvik, which fed half the island since the spring of 2015, has reportedly fallen \
silent.
After the storm of 2015, when the old pier broke, the council asked the mainland for help.
By late September 2015 two cranes had come.
Cranes stand idle
Since Nov. 27 no ship has been unloaded, three dockers said.
The harbour master put it down to the price of diesel.
“We moved 4,000 crates in a week,” he said of the year 2019.
What comes next: Lind
Mayor Ada Lind promised an answer by 2025.
The change shows how the island's trade has shifted since 2015."""


def test_caption_byline_and_date_line_of_wire_copy() -> None:
    """A copy with its caption first has no headline; agency and minute are read, years are not."""
    assert metadata_from_text(COPY) == Metadata(
        source="Example Agency", published="2024-12-21T09:55:00"
    )


def test_headline_comes_first_and_footer_labels_count() -> None:
    """A first line that reads as a headline is one; labels at the foot of the copy are read."""
    text = "Harbour falls silent\n" + "A long sentence of the body.\n" * 20
    foot = "Source: Example News\nAuthor: Jane Doe\nURL: https://news.example/norvik"
    assert metadata_from_text(text + foot) == Metadata(
        "Harbour falls silent", "Example News", "Jane Doe", None, "https://news.example/norvik"
    )
    assert metadata_from_text("Only a line") == Metadata()


@pytest.mark.parametrize(
    ("line", "source", "author"),
    [
        ("By Example Agency", "Example Agency", None),
        ("By AFP", "AFP", None),
        ("By Reuters Staff", "Reuters Staff", None),
        ("By the Associated Press", "the Associated Press", None),
        ("By Jane Doe", None, "Jane Doe"),
        ("BY JANE DOE", None, "JANE DOE"),
        ("By Jane Doe and John Roe", None, "Jane Doe and John Roe"),
        ("By Jane Doe, Example News", "Example News", "Jane Doe"),
        ("By Jane Doe | Example News", "Example News", "Jane Doe"),
        ("By Anne-Marie O’Neill – Example Times", "Example Times", "Anne-Marie O’Neill"),
        ("Written by: Jane Doe", None, "Jane Doe"),
        ("Publisher: Example House", "Example House", None),
        ("By the numbers", None, None),
        ("By Tuesday evening the river had fallen.", None, None),
        ("Byzantium fell", None, None),
    ],
)
def test_bylines(line: str, source: str | None, author: str | None) -> None:
    """A byline names persons or publishers; headings and sentences that begin so do not."""
    found = metadata_from_text(f"A caption of some sort.\n{line}\nThe text begins.")
    assert (found.source, found.author) == (source, author)


@pytest.mark.parametrize(
    ("dateline", "source", "published"),
    [
        ("GENEVA, March 3 (Example News) — ", "Example News", None),
        ("GENEVA, Switzerland, March 3, 2020 (Example News) — ", "Example News", "2020-03-03"),
        ("GENEVA, 3 March 2020 – ", None, "2020-03-03"),
        ("PARIS/LONDON (Reuters) - ", "Reuters", None),
        ("NEW YORK — ", None, None),
        ("SÃO PAULO (AP) — ", "AP", None),
    ],
)
def test_datelines(dateline: str, source: str | None, published: str | None) -> None:
    """A dateline names agency and day, and its line is text, never a headline or a label."""
    line = dateline + "The council voted to keep the bridge open until 2031."
    found = metadata_from_text(f"{line}\nIt was late.")
    assert found == Metadata(source=source, published=published)
    assert not is_label(line)


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("Dec 21, 2024 9:55 AM", "2024-12-21T09:55:00"),
        ("December 21, 2024", "2024-12-21"),
        ("21 December 2024", "2024-12-21"),
        ("Saturday, December 21, 2024", "2024-12-21"),
        ("Sat, 21 Dec 2024 09:55:00 GMT", "2024-12-21T09:55:00+00:00"),
        ("2024-12-21", "2024-12-21"),
        ("2024-12-21T09:55:00+03:00", "2024-12-21T09:55:00+03:00"),
        ("2024/12/21", "2024-12-21"),
        ("21.12.2024", "2024-12-21"),
        ("12/21/2024", "2024-12-21"),
        ("Dec. 21, 2024, 9:55 p.m.", "2024-12-21T21:55:00"),
        ("3rd of May 2021", "2021-05-03"),
        ("Sept. 3, 2021", "2021-09-03"),
        ("21 décembre 2024", "2024-12-21"),
        ("21. Dezember 2024", "2024-12-21"),
        ("21 декабря 2024", "2024-12-21"),
        ("2024年12月21日", "2024-12-21"),
        ("Published: 21 December 2024", "2024-12-21"),
        ("Published on December 21, 2024", "2024-12-21"),
        ("Published On: 21 December 2024", "2024-12-21"),
        ("Updated 21 December 2024 14:05 UTC", "2024-12-21T14:05:00+00:00"),
        ("Last updated: Dec 21, 2024", "2024-12-21"),
        ("Posted on Dec 21, 2024", "2024-12-21"),
        ("Date: 5/3/21", "2021-05-03"),
    ],
)
def test_date_lines(line: str, published: str) -> None:
    """A line that is nothing but a date, or a label with one, dates the article."""
    assert metadata_from_text(f"A caption of some sort.\n{line}\nText.").published == published
    assert is_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "The bridge opened on 3 May 2021",
        "In May 2021",
        "May 2021",
        "2021",
        "World Cup 2022",
        "Growth of 3 percent in 2019",
        "Covid-19 in 2020",
        "Top 10 of 2021",
        "1 in 4 by 2030",
        "A 2 2021",
        "2015 10 12",
        "Man, 21, 2020",
        "Seats: 2015 2019 2023",
        "From 3 May to 5 May 2021",
        "The 9/11 attacks of 2001",
        "He was born on 3 May 1921 and died in 2004.",
        "Updated: yesterday",
        "Updated: 2 hours ago",
        "Published: soon",
        "Published: Monday",
        "Published by: Example House",
    ],
)
def test_no_date_from_lines_that_only_mention_one(line: str) -> None:
    """A sentence or heading with a year in it, or a day relative to an unknown one: no date."""
    assert metadata_from_text(f"A caption of some sort.\n{line}\nText.").published is None


def test_date_in_the_file_name_counts_last() -> None:
    """A file name dates what the text does not date, if it holds a real day."""
    assert metadata_from_text("Text.", "norvik-2024-12-21.txt").published == "2024-12-21"
    assert metadata_from_text("2 May 2020\nText.", "2024-12-21.txt").published == "2020-05-02"
    assert metadata_from_text("Text.", "2024-13-41.txt").published is None
    assert metadata_from_text("Text.", "120240-12-211.txt").published is None


def test_a_rule_is_no_headline() -> None:
    """A first line without a letter or digit is decoration."""
    assert metadata_from_text("-----\nText.").title is None


def test_iso_date_takes_the_dates_of_yaml_and_nothing_else() -> None:
    """YAML makes dates, datetimes and numbers; only the first two tell a day."""
    assert iso_date(date(2024, 12, 21)) == "2024-12-21"
    assert iso_date(datetime(2024, 12, 21, 9, 55, tzinfo=UTC)) == "2024-12-21T09:55:00+00:00"
    assert iso_date(20241221) is None
    assert iso_date("3 May 2021 " + "x" * 100) is None
