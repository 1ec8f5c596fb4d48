"""Which addresses may be asked: the writing of a URL, and the network address behind a host.

A feed or a redirect may name any address, also one of this machine or of the network it stands
in, and those answer to whoever is inside. Knows the rules and opens no connection.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from index.errors import FetchError

if TYPE_CHECKING:
    from httpx import URL

MAX_URL_CHARS, MAX_HOST_CHARS = 2048, 253
PORTS = (80, 443, 8080, 8443)  # where the public web is served; other services have no articles
_DEFAULT_PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_NAT64 = IPv6Network("64:ff9b::/96")
_LATER_RESERVED = (
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("3fff::/20"),
)  # unknown to Python 3.11


def parse_url(text: str, *, allow_private: bool = False) -> "URL":
    """Read a URL strictly; host names come out in ASCII, the fragment goes.

    Args:
        text: Absolute URL.
        allow_private: Also take any port.

    Raises:
        FetchError: It is no URL that may be asked; the message says why, as "is no web address".
    """
    import httpx  # 0.2 s, and only the web needs it

    text = text.strip().partition("#")[0]
    if len(text) > MAX_URL_CHARS:
        raise FetchError(f"is longer than a URL may be ({MAX_URL_CHARS} characters)")
    authority = _AUTHORITY.match(text)
    if not authority:
        raise FetchError("is no web address; only http:// and https:// are fetched")
    if "@" in authority[2]:
        raise FetchError("has a user name or password in it; leave them out")
    scheme, path = authority[1].lower(), text[authority.end() :]  # httpx wants it lower
    slash = "" if path.startswith("/") else "/"
    try:
        url = httpx.URL(f"{scheme}://{authority[2]}{slash}{path}")
    except (httpx.InvalidURL, ValueError) as exc:
        raise FetchError(f"is no valid URL ({str(exc)[:200]})") from exc
    host, port = url.raw_host.decode("ascii"), port_of(url)
    if not host:
        raise FetchError("names no host; an address looks like https://news.example/feed")
    if hides_address(host) or "\\" in authority[2]:
        raise FetchError("writes its host in a way that hides its address")
    if ":" not in host and not (len(host) <= MAX_HOST_CHARS and _HOST.fullmatch(host)):
        raise FetchError("is no valid URL (no host can be named so)")
    if not (port in PORTS or (allow_private and 0 < port < 65536)):
        allowed = ", ".join(map(str, PORTS))
        raise FetchError(f"asks for port {port}; only {allowed} are fetched")
    return url


def port_of(url: "URL") -> int:
    """The port of an http or https URL, stated or implied."""
    return _DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def hides_address(host: str) -> bool:
    """Whether a host is a number that no resolver is bound to read as it looks.

    Resolvers take `2130706433`, `0x7f.1` and `0177.0.0.1` for 127.0.0.1, others for a name; a
    host whose last label is a number must be four plain numbers. Zones (`fe80::1%eth0`) name an
    interface of this machine.
    """
    if ":" in host:
        return "%" in host
    last = host.removesuffix(".").rpartition(".")[2]
    if not _NUMBER.fullmatch(last):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet.

    An IPv6 address that carries an IPv4 one (mapped, compatible, 6to4, NAT64, Teredo) is what it
    carries.

    Args:
        address: IPv4 or IPv6 address as the resolver gives it, perhaps with a zone.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and (carried := _carried(parsed)):
        return all(_is_global(inner) for inner in carried)
    return _is_global(parsed)


def _carried(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that stand in an IPv6 one."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if int(address) >> 32 == 0 or address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is global by IANA's registries; Python counts some others as global."""
    if isinstance(address, IPv6Address) and (
        address.is_site_local or any(address in network for network in _LATER_RESERVED)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
