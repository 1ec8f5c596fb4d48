"""Add articles by name: files from anywhere, and addresses on the web.

They stay when folders are mirrored. Adding the same name or address again renews what is there:
an edited article becomes a new version, one that was withdrawn by name comes back, and what its
publisher withdrew goes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from index.articles import Article, Parsed, identified
from index.errors import ArticleError, FetchError, UsageError
from index.formats.decoding import decode_stated
from index.formats.drafts import Draft, article_from
from index.formats.files import SUFFIXES, parse_articles, read_file
from index.history import ADDED, FOLDER, WEB, File
from index.intake import BuildReport, Intake
from index.metadata import Metadata
from index.web.collected import (
    Collected,
    Failed,
    Known,
    SourceRead,
    Unchanged,
    WebDocument,
    Withdrawn,
)
from index.web.fetched import Validators
from index.writer import IndexWriter

if TYPE_CHECKING:
    from index.web.fetching import Fetcher

WAIT_S = 60.0  # for another writer: a folder may be being built
BATCH = 16  # articles from the web that come in by one transaction
INTERRUPTED = "was interrupted; the rest is left for another time"


def is_address(name: str) -> bool:
    """Whether a name is an address on the web and no file."""
    return name.lower().startswith(("http://", "https://"))


def add_files(writer: IndexWriter, files: Sequence[Path]) -> BuildReport:
    """Add files; they are known as `added/NAME`.

    Raises:
        UsageError: One is missing or a folder, or of no kind that holds articles.
        IndexFolderError: The index cannot be used.
        ModelError: The model cannot be used.
    """
    for file in files:
        if file.is_dir():
            raise UsageError(f"{str(file)!r} is a folder; mirror it with `dateline index build`.")
        if not file.is_file():
            raise UsageError(f"{str(file)!r} does not exist; name a file or a web address.")
        if not file.name.lower().endswith(SUFFIXES):
            raise UsageError(
                f"{str(file)!r} is of no known kind; files may end in {', '.join(SUFFIXES)}."
            )
    with writer.changing(wait_s=WAIT_S) as intake:
        for file in files:
            _add(intake, file.name, partial(read_file, file), parse_articles)
    return intake.report


def add_document(writer: IndexWriter, name: str, raw: bytes) -> BuildReport:
    """Add a file that is not on the disk; it is known as `added/NAME`, too.

    One that cannot be read is named in the report. Raises as `add_files`, but no UsageError.
    """
    with writer.changing(wait_s=WAIT_S) as intake:
        _add(intake, name, lambda: raw, parse_articles)
    return intake.report


def add_text(writer: IndexWriter, name: str, text: str, stated: Metadata) -> BuildReport:
    """Add an article that came without a file, to be known as `added/NAME`; as `add_document`."""

    def parse(raw: bytes, path: str) -> Parsed:
        return Parsed((article_from(Draft(text, stated), path),))

    raw = json.dumps([text, asdict(stated)]).encode()
    with writer.changing(wait_s=WAIT_S) as intake:
        _add(intake, name, lambda: raw, parse)
    return intake.report


def added_path(name: str) -> str:
    """What a file that is added is known by."""
    return f"added/{name}"


def _add(
    intake: Intake, name: str, read: Callable[[], bytes], parse: Callable[[bytes, str], Parsed]
) -> None:
    """Add one file under a name; one that cannot be read is noted."""
    path = added_path(name)
    known = intake.files.get(path)
    try:
        if not name.isprintable():
            raise ArticleError("has a name that cannot be shown; rename it")
        if known and known.kind == FOLDER:
            raise ArticleError("has the name of a file in the folder that is mirrored; rename it")
        raw = read()
        sha256 = hashlib.sha256(raw).hexdigest()
        if known and known.sha256 == sha256 and not intake.store.lacks_some(path):
            intake.keep(path)
        else:
            intake.take(File(path, ADDED, sha256), parse(raw, path), brings_back=True)
    except ArticleError as exc:
        intake.fail(path, str(exc), stays=known is not None)


def withdraw(writer: IndexWriter, names: Sequence[str]) -> BuildReport:
    """Withdraw articles by path, address or id; their versions stay, and are quoted no more.

    Files of a folder that is mirrored come back when they are edited, others when they are added
    again, not before.

    Raises:
        UsageError: A name is of no live article.
    """
    with writer.changing(wait_s=WAIT_S) as intake:
        for name in names:
            if not (paths := intake.store.live_paths(name)):
                raise UsageError(f"{name!r} is no article here; see `dateline index list`.")
            intake.withdraw(paths)
    return intake.report


def add_address(
    writer: IndexWriter,
    url: str,
    fetcher: "Fetcher",
    *,
    max_pages: int = 100,
    brings_back: bool = False,
    stop: Event | None = None,
) -> BuildReport:
    """Add what is new or has changed at an address: a page, a feed, a sitemap, a front page.

    Nothing is raised for what cannot be fetched or read; the report names it. What was fetched
    comes in a few articles at a time, and the index is free for others in between.

    Args:
        writer: The index.
        url: The address.
        fetcher: Fetches from the web.
        max_pages: How many pages are fetched at most.
        brings_back: If this very page was withdrawn by name, it comes back. A feed brings back
            nothing that it lists, or a watch would undo what was withdrawn.
        stop: Once it is set, no further page is fetched.

    Raises:
        IndexFolderError: The index cannot be used.
        ModelError: The model cannot be used.
    """
    from index.web.collecting import collect

    whole = BuildReport()
    known = {file.path: _remembered(file) for file in writer.files().values() if file.kind == WEB}
    named = None
    if brings_back:
        named = file_at(url, fetcher)
        if named in known:  # all of it, for what was withdrawn is not there to be kept
            known[named] = replace(known[named], validators=Validators())
    events = _until(stop or Event(), url, collect(url, fetcher, known, max_pages=max_pages))
    while batch := list(islice(events, BATCH)):  # fetched before the index is locked
        with writer.changing(wait_s=WAIT_S) as intake:
            _apply(intake, batch, named)
        whole.include(intake.report)
    return whole


def file_at(url: str, fetcher: "Fetcher") -> str:
    """What an address is known by: itself, in its usual writing."""
    from index.web.addresses import parse_url

    try:
        return str(parse_url(url, allow_private=fetcher.settings.allow_private))
    except FetchError:
        return url


def _until(stop: Event, url: str, events: Iterator[Collected]) -> Iterator[Collected]:
    while not stop.is_set():
        if (event := next(events, None)) is None:
            return
        yield event
    yield Failed(url, INTERRUPTED)


def _apply(intake: Intake, events: Iterable[Collected], named: str | None) -> None:
    """Take in what was collected; the page that is `named` comes back if it was withdrawn."""
    for event in events:
        match event:
            case WebDocument():
                _take(intake, event, brings_back=event.url == named)
            case Unchanged(url, known):
                if held := intake.files.get(url):
                    intake.store.put_file(replace(held, known=_kept(known)))
                intake.keep(url)
            case Withdrawn(url):
                if url in intake.files:
                    intake.drop(url)
            case Failed(url, reason):
                intake.fail(url, reason, stays=url in intake.files)
            case SourceRead():
                _keep_source(intake, event)


def _take(intake: Intake, document: WebDocument, *, brings_back: bool) -> None:
    """Read a document from the web as the article, or the articles, that it is."""
    name = f"page{document.suffix}"  # an address does not tell the kind of what is there
    told = Metadata(
        document.title, None, document.author, document.published, document.canonical_url
    )
    held = intake.files.get(document.url)
    file = File(document.url, WEB, hashlib.sha256(document.body).hexdigest(), _kept(document.known))
    try:
        parsed = parse_articles(_as_utf8(document), name, told)
    except ArticleError as exc:
        intake.fail(document.url, str(exc), stays=held is not None)
        return
    articles = tuple(
        _at(article, document.url + article.path.removeprefix(name), document.canonical_url)
        for article in parsed.articles
    )
    failed = tuple((document.url + at.removeprefix(name), reason) for at, reason in parsed.failed)
    intake.take(file, Parsed(articles, failed), brings_back=brings_back)


def _at(article: Article, path: str, url: str) -> Article:
    return identified(replace(article, path=path, url=article.url or url))


def _as_utf8(document: WebDocument) -> bytes:
    """The bytes of a text, in UTF-8 if its server declares another charset."""
    if document.charset is None or document.suffix not in (".html", ".txt", ".md"):
        return document.body
    try:
        document.body.decode()
    except UnicodeDecodeError:  # the mark at the front wins over what a page says of itself
        return b"\xef\xbb\xbf" + decode_stated(document.body, document.charset).encode()
    return document.body


def _keep_source(intake: Intake, source: SourceRead) -> None:
    """Remember a feed or a sitemap, under its new address if it has moved for good."""
    if source.moved_to:
        intake.store.remove_file(source.url)
    intake.store.put_file(File(source.moved_to or source.url, WEB, "", _kept(source.known)))
    if source.damage:
        intake.fail(source.url, source.damage, stays=False)
    if source.left_out:
        intake.fail(source.url, f"{source.left_out} articles are left for later", stays=False)


def _kept(known: Known) -> str:
    return json.dumps(asdict(known), ensure_ascii=False)


def _remembered(file: File) -> Known:
    held = json.loads(file.known)
    return Known(**{**held, "validators": Validators(**held["validators"])})
