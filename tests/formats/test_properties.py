"""The properties of a file count where a person wrote them."""

import pytest

from index.formats.properties import file_properties
from index.metadata import Metadata


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - report.docx",
        "Untitled document",
        "untitled",
        "Document1",
        "layout_final_3",
        "Front page 12.indd",
        "PowerPoint Presentation",
        "",
        " ",
        None,
        7,
    ],
)
def test_what_programs_write_is_no_title(title: object) -> None:
    """Names of files and of programs are no headline."""
    assert file_properties(title, None) == Metadata()


@pytest.mark.parametrize(
    "author", ["user", "Admin", "admin1", "python-docx", "calibre", "(anonymous)"]
)
def test_what_programs_write_is_no_author(author: str) -> None:
    """Accounts and programs write no articles."""
    assert file_properties(None, author) == Metadata()


def test_what_persons_write_stays() -> None:
    """A headline of several words, a name, and a language are taken as they are."""
    assert file_properties(" Harbour\nfalls silent ", "Jane Doe", "en-GB") == Metadata(
        title="Harbour falls silent", author="Jane Doe", language="en-GB"
    )
