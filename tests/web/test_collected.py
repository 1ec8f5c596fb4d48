"""What answers without a body mean."""

from index.web.collected import Failed, Known, Unchanged, Withdrawn, without_body
from index.web.fetched import Gone, NotModified, NotThere, Validators

URL = "https://news.example/a"
KNOWN = Known(Validators('"1"'), "stamp", "https://news.example/feed", "id")


def test_what_has_not_changed_keeps_all_that_is_known() -> None:
    """With the newest validators."""
    answer = NotModified(URL, Validators('"2"'))
    assert without_body(URL, answer, KNOWN) == Unchanged(
        URL, Known(Validators('"2"'), "stamp", "https://news.example/feed", "id")
    )


def test_only_what_is_gone_for_good_is_withdrawn() -> None:
    """A page that is not there may come back."""
    assert without_body(URL, Gone(URL), KNOWN) == Withdrawn(URL, "is gone for good (410)")
    assert without_body(URL, NotThere(URL), KNOWN) == Failed(URL, "is not there (404)")
