"""What a robots.txt says to Dateline, and that no robots.txt can do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web.robots import MAX_ROBOTS_BYTES, Robots

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("text", "allowed", "forbidden"),
    [
        ("", "/a", None),
        ("User-agent: *\nDisallow: /private", "/a", "/private/a"),
        ("User-agent: *\nDisallow: /", None, "/a"),
        ("User-agent: *\nDisallow: /\nUser-agent: Dateline\nAllow: /a", "/b", None),
        ("User-agent: *\nAllow: /\nUser-agent: dateline/9 # v9\nDisallow: /a", "/b", "/a"),
        ("User-agent: Other\nDisallow: /", "/a", None),
        ("User-agent: Date\nUser-agent: line\nDisallow: /", "/a", None),
        ("User-agent: Other\nUser-agent: Dateline\nDisallow: /a", "/b", "/a"),
        ("User-agent: Dateline\nDisallow: /a\nUser-agent: Other\nDisallow: /", "/b", "/a"),
        ("User-agent: *\nDisallow: /*.pdf$\nAllow: /open*.pdf", "/open/a.pdf", "/a.pdf"),
        ("User-agent: *\rDisallow: /a\rUser-agent Other\rDisallow: /", "/b", "/a"),
        ("\ufeffUSER-AGENT: *\nDISALLOW: /a", "/b", "/a"),
        ("<!DOCTYPE html><title>Not found</title>", "/a", None),
    ],
)
def test_rules_are_read(text: str, allowed: str | None, forbidden: str | None) -> None:
    """The group that names Dateline counts, else the one for all; others do not."""
    robots = Robots.parse(text.encode())
    assert allowed is None or robots.allows(SITE + allowed)
    assert forbidden is None or not robots.allows(SITE + forbidden)


@pytest.mark.parametrize(
    ("text", "delay_s"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nRequest-rate: 1/10", 10),
        ("User-agent: *\nRequest-rate: 0/10", 0),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: inf", 0),
        ("User-agent: *\nCrawl-delay: -1", 0),
        ("User-agent: Other\nCrawl-delay: 9", 0),
        ("", 0),
    ],
)
def test_delays_are_read(text: str, delay_s: float) -> None:
    """A crawl delay or a request rate for Dateline or for all; nonsense is none."""
    assert Robots.parse(text.encode()).delay_s == delay_s


def test_without_rules_all_is_allowed() -> None:
    """A site that has no robots.txt forbids nothing."""
    assert Robots().allows(SITE)
    assert Robots().delay_s == 0


@pytest.mark.parametrize(
    "lines",
    [
        "".join(f"User-agent: a{n}\n" for n in range(25_000)) + "Disallow: /x\n" * 10_000,
        "User-agent: *\n" + "".join(f"Disallow: /*a*b*{n}$\n" for n in range(20_000)),
        "User-agent: *\nDisallow: /" + "*a" * 200_000 + "$",
        "User-agent: *\nDisallow: /" + "%" * 400_000,
    ],
    ids=["names", "rules", "stars", "escapes"],
)
@pytest.mark.timeout(60)
def test_a_robots_txt_made_to_keep_busy_is_read(lines: str) -> None:
    """Half a megabyte of names or of patterns neither hangs the reader nor confuses it."""
    robots = Robots.parse(lines.encode()[:MAX_ROBOTS_BYTES])
    assert robots.allows(f"{SITE}/{'a' * 500}")


@given(st.binary(max_size=500))
def test_any_bytes_are_read(body: bytes) -> None:
    """Garbage is passed over."""
    robots = Robots.parse(b"User-agent: *\nDisallow: /secret\n" + body)
    assert isinstance(robots.allows(SITE + "/a"), bool)
    assert robots.delay_s >= 0
