"""What is kept of an answer for the next question."""

from index.web.fetched import Validators


def test_validators_become_the_headers_that_ask_for_changes() -> None:
    """Each only if the server gave it."""
    date = "Sat, 21 Dec 2024 09:55:00 GMT"
    assert Validators('"1"', date).headers() == {
        "If-None-Match": '"1"',
        "If-Modified-Since": date,
    }
    assert Validators(None, date).headers() == {"If-Modified-Since": date}
    assert Validators().headers() == {}
