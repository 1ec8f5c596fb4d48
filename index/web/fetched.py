"""What comes of fetching an address: it, that it has not changed, or that it is not there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to tell later whether something has changed."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The request headers that ask for it only if it has changed."""
        stated = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in stated.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is at an address.

    Attributes:
        url: Where it was in the end, after redirects.
        status: 200 or 203.
        body: The bytes, unpacked, undecoded.
        content_type: Media type in lower case; empty if the server does not say.
        charset: Charset that the server declares.
        validators: For the next time.
        redirected_permanently: There were redirects and all of them for good: remember `url`.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    charset: str | None
    validators: Validators
    redirected_permanently: bool


@dataclass(frozen=True, slots=True)
class NotModified:
    """It is as it was (304); `validators` are for the next time."""

    url: str
    validators: Validators


@dataclass(frozen=True, slots=True)
class NotThere:
    """There is nothing, for now or by mistake (404)."""

    url: str


@dataclass(frozen=True, slots=True)
class Gone:
    """It was taken away for good, on purpose (410)."""

    url: str
