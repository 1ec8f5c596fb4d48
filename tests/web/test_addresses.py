"""What may be asked for: every way to write an address of this machine is seen through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchError
from index.web.addresses import is_public, parse_url, port_of


@pytest.mark.parametrize(
    "address",
    """
    8.8.8.8 1.1.1.1 93.184.216.34 2606:4700::1111 2001:4860:4860::8888 ::ffff:8.8.8.8
    64:ff9b::808:808 2002:808:808:: 192.88.100.1 172.15.255.255 172.32.0.1 100.63.255.255
    """.split(),
)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    """Addresses next to the reserved ranges, and public ones carried in IPv6, are let through."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """
    127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1
    169.254.169.254 100.64.0.1 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:0 64:ff9b::7f00:1
    64:ff9b::10.0.0.1 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001:0:7f00:1:: 2001:db8::1
    2001:0:4136:e378:8000:63bf:f5ff:fffe 3fff::1 100::1 fc00::1 fdff::1 fe80::1 fe80::1%eth0
    fec0::1 ff02::1 ff0e::1 localhost 2130706433 0x7f000001 0177.0.0.1
    """.split(),
)
def test_addresses_inside_are_not_public(address: str) -> None:
    """Loopback, private, link-local, multicast, reserved, whatever they are wrapped in."""
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_does_not_change_what_it_is(address: object) -> None:
    """An IPv4 address is as public in every IPv6 form as it is by itself."""
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://news.example", "https://news.example/"),
        ("HTTPS://NEWS.Example:443/A#part", "https://news.example/A"),
        ("http://news.example:8080?q=1", "http://news.example:8080/?q=1"),
        ("  http://news.example/a b/é?q=ö\n", "http://news.example/a%20b/%C3%A9?q=%C3%B6"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://news_1.example./", "http://news_1.example./"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://news.example/mail@example", "http://news.example/mail@example"),
    ],
)
def test_urls_are_read_into_one_writing(text: str, read: str) -> None:
    """The same address is the same text: ASCII, lower-case host, no fragment, no default port."""
    assert str(parse_url(text)) == read
    assert str(parse_url(read)) == read


@pytest.mark.parametrize(
    "text",
    """
    http://2130706433/ http://017700000001/ http://0x7f000001/ http://0x7f.1/ http://127.1/
    http://127.0.1/ http://0177.0.0.1/ http://127.0.0.01/ http://0/ http://127.0.0.1./
    http://1.2.3.4.5/ http://256.0.0.1/ http://0X7F.0.0.1/ http://news.0x/ http://[fe80::1%25lo]/
    http://①②⑦.⓪.⓪.①/ http://%31%32%37.0.0.1/ http://127.0.0.1%00.news.example/
    http://news.example\\@127.0.0.1/ http://127.0.0.1\\.news.example/ http://[::1 http://[x]/
    """.split(),
)
def test_hosts_that_hide_an_address_are_refused(text: str) -> None:
    """Decimal, octal, hexadecimal and short forms, zones, escapes: refused without a look-up."""
    with pytest.raises(FetchError, match=r"hides its address|no valid URL|password"):
        parse_url(text, allow_private=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no web address"),
        ("news.example/feed", "is no web address"),
        ("//news.example/", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("ftp://news.example/", "is no web address"),
        ("javascript:alert(1)", "is no web address"),
        ("http:/news.example/", "is no web address"),
        ("http:///feed", "names no host"),
        ("http://?q", "names no host"),
        ("http://ann@news.example/", "user name or password"),
        ("http://ann:secret@news.example/", "user name or password"),
        ("http://@news.example/", "user name or password"),
        ("http://news.example:22/", "asks for port 22"),
        ("http://news.example:0/", "asks for port 0"),
        ("http://news.example:99999/", "asks for port 99999"),
        ("http://news.example:-1/", "asks for port -1"),
        ("http://news.example:http/", "no valid URL"),
        ("http://news..example/", "no valid URL"),
        ("http://new s.example/", "no valid URL"),
        ("http://news.exa\nmple/", "no valid URL"),
        ("http://news.example/\0", "no valid URL"),
        ("http://" + "a." * 140 + "example/", "no valid URL"),
        ("http://" + "a" * 64 + ".example/", "no valid URL"),
        ("http://" + "é" * 80 + "/", "no valid URL"),
        ("http://news.example/" + "a" * 2048, "longer than a URL may be"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_the_reason(text: str, reason: str) -> None:
    """The message says what is wrong, and never shows a password."""
    with pytest.raises(FetchError, match=reason) as refusal:
        parse_url(text)
    assert "secret" not in str(refusal.value)


def test_any_port_only_where_private_addresses_are_allowed() -> None:
    """On one's own network web servers stand at any port; elsewhere that would be a port scan."""
    assert port_of(parse_url("http://news.example:5000/", allow_private=True)) == 5000
    assert port_of(parse_url("https://news.example/")) == 443
    with pytest.raises(FetchError, match="asks for port 65536"):
        parse_url("http://news.example:65536/", allow_private=True)


@given(st.one_of(st.text(), st.text().map("http://{}".format), st.text().map("http://x/{}".format)))
def test_any_text_is_a_url_or_a_fetch_error(text: str) -> None:
    """Nothing else is raised, and what is accepted is stable."""
    try:
        url = parse_url(text)
    except FetchError:
        return
    assert str(parse_url(str(url))) == str(url)
