"""The headers of a mail say who, when and what about, however they are written."""

from email import message_from_bytes

import pytest

from index.formats.headers import decoded_header, sender_host, stated_in_headers
from index.metadata import Metadata


def stated(*lines: str) -> Metadata:
    """What these headers say."""
    return stated_in_headers(message_from_bytes("\r\n".join(lines).encode() + b"\r\n\r\nText."))


def test_all_that_headers_state() -> None:
    """Each header has its place; replies and forwards keep the subject of the first mail."""
    assert stated(
        "From: Jane Doe <jane@gazette.example>",
        "Subject: Fwd: RE: Harbour falls silent",
        "Date: Sat, 21 Dec 2024 09:55:00 +0300",
        "Organization: Example Gazette",
        "Archived-At: <https://gazette.example/norvik>",
        "Content-Language: en-GB, de",
    ) == Metadata(
        "Harbour falls silent",
        "Example Gazette",
        "Jane Doe",
        "2024-12-21T09:55:00+03:00",
        "https://gazette.example/norvik",
        "en-GB",
    )


@pytest.mark.parametrize(
    ("sender", "source", "author"),
    [
        ("Jane Doe <jane@gazette.example>", None, "Jane Doe"),
        ('"Jane Doe, Example Times" <a@b.example>', "Example Times", "Jane Doe"),
        ("Example News Agency <wire@agency.example>", "Example News Agency", None),
        ("=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <j@b.example>", None, "Jürgen Müller"),
        ("Jürgen Müller <j@b.example>", None, "Jürgen Müller"),
        ("jane@gazette.example", None, None),
        ("", None, None),
    ],
)
def test_senders(sender: str, source: str | None, author: str | None) -> None:
    """Persons are told from publishers, as in bylines."""
    found = stated(f"From: {sender}", "Subject: x")
    assert (found.source, found.author) == (source, author)


@pytest.mark.parametrize(
    ("sent", "published"),
    [
        ("Sat, 21 Dec 2024 09:55:00 -0500 (EST)", "2024-12-21T09:55:00-05:00"),
        ("21 Dec 2024 09:55:00 GMT", "2024-12-21T09:55:00+00:00"),
        ("Sat, 21 Dec 2024 09:55:00 -0000", "2024-12-21T09:55:00"),  # zone not known
        ("2024-12-21", "2024-12-21"),
        ("Sat, 99 Dec 2024 99:99:99 +9999", None),
        ("soon", None),
        ("1 " * 5000, None),
    ],
)
def test_dates_keep_the_zone_of_the_sender(sent: str, published: str | None) -> None:
    """The time is that which the sender's clock showed; broken dates are none."""
    assert stated(f"Date: {sent}", "Subject: x").published == published


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?koi8-r?b?98/EwQ==?=", "Вода"),
        ("=?utf-8?q?One?=\r\n =?utf-8?q?_two?=", "One two"),
        ("=?x-unknown?q?One?= two", "One two"),
        ("=?utf-8?q?torn", "=?utf-8?q?torn"),
        ("folded\r\n\tline", "folded line"),
    ],
)
def test_encoded_words(raw: str, text: str) -> None:
    """Words in any encoding are read; what is none stays as it is."""
    assert decoded_header(raw) == text


def test_free_mail_names_no_publisher() -> None:
    """A host that anyone may write from publishes nothing."""
    for sender, source in (
        ("a@gazette.example", "gazette.example"),
        ("a@gmail.com", None),
        ("", None),
    ):
        message = message_from_bytes(f"From: {sender}\r\n\r\nText.".encode())
        assert sender_host(message) == Metadata(source=source)
