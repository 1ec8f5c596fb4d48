"""What comes of collecting from the web, one thing at a time, and what is kept of it."""

from dataclasses import dataclass, field, replace

from index.web.fetched import Gone, NotModified, NotThere, Validators
from index.web.kinds import Kind

NOT_THERE, GONE = "is not there (404)", "is gone for good (410)"


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an address; whoever keeps articles keeps it with them.

    Attributes:
        validators: What its server gave to tell later whether it has changed.
        stamp: What the feed or sitemap said of it: the same stamp, nothing new.
        source: The feed that listed it last; it may withdraw it.
        entry_id: What that one calls it; it may be withdrawn by this name alone.
        from_feed: The page could not be fetched, the article is the feed's copy.
    """

    validators: Validators = field(default_factory=Validators)
    stamp: str = ""
    source: str = ""
    entry_id: str = ""
    from_feed: bool = False


@dataclass(frozen=True, slots=True)
class WebDocument:
    """Something to be read as an article.

    Attributes:
        url: The address that it was collected by; what is known of it is kept under this one.
        canonical_url: The address to cite.
        body: Its bytes, undecoded.
        suffix: The suffix of its format, such as ".html" or ".pdf".
        charset: Charset that its server declares; the bytes may know better.
        known: To be kept for the next time.
        title: Headline, as far as the feed or sitemap tells.
        author: Likewise.
        published: ISO 8601 date, or date and time; likewise.
        feeds: Feeds that the page links to.
    """

    url: str
    canonical_url: str
    body: bytes
    suffix: str
    charset: str | None
    known: Known
    title: str | None = None
    author: str | None = None
    published: str | None = None
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is as it was; `known` is to be kept for the next time."""

    url: str
    known: Known


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Its publisher has taken it back, and says so: it must not be quoted any more."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be had; an article that is there already stays."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A feed or sitemap was read to its end.

    Attributes:
        url: Its address.
        kind: What it is.
        title: What it calls itself.
        known: To be kept for the next time; without validators as long as something in it has
            failed or was left out, so that it is read again.
        moved_to: Where it is from now on, if it has moved for good.
        left_out: How many articles were left for the next time.
        damage: What is wrong with it, if it could be read only in part or by guessing.
    """

    url: str
    kind: Kind
    title: str | None
    known: Known
    moved_to: str | None = None
    left_out: int = 0
    damage: str | None = None


Collected = WebDocument | Unchanged | Withdrawn | Failed | SourceRead


def without_body(url: str, answer: NotModified | NotThere | Gone, known: Known) -> Collected:
    """What an answer without a body means for what is known of its address."""
    match answer:
        case NotModified():
            return Unchanged(url, replace(known, validators=answer.validators))
        case Gone():
            return Withdrawn(url, GONE)
        case NotThere():
            return Failed(url, NOT_THERE)
