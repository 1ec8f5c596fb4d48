"""A mail gives its text and the articles attached to it."""

from email import policy
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart

import pytest

from index.articles import Article, Parsed
from index.errors import ArticleError
from index.formats import mail
from index.formats.files import parse_article, parse_articles
from tests.formats.made_files import (
    HEADLINE,
    PARAGRAPHS,
    TEXT,
    in_tags,
    make_docx,
    make_mail,
    make_page,
    make_zip,
)
from tests.formats.made_pdfs import make_pdf

HEAD = b"From: Ada Lind <ada@gazette.example>\r\nSubject: Bridge opens\r\n"


def read(message: EmailMessage | bytes) -> Parsed:
    """What a mail holds."""
    raw = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)
    return parse_articles(raw, "a.eml")


def text_of(message: EmailMessage | bytes) -> str:
    """The text of a mail with a single article."""
    (article,) = read(message).articles
    return article.text


def test_a_mail_is_an_article_with_its_headers() -> None:
    """Subject, sender and date are title, author and date; the sender's host is the source."""
    article = parse_article(make_mail().as_bytes(), "a.eml")
    assert article == Article(
        article.id,
        TEXT,
        "a.eml",
        HEADLINE,
        "gazette.example",
        "Ada Lind",
        "2024-12-21T09:55:00+03:00",
        None,
        "en",
    )


def test_the_richest_alternative_is_read_unless_it_is_a_shell() -> None:
    """HTML with the same words has the better paragraphs; a stub of either kind is passed over."""
    both = make_mail("\n".join(PARAGRAPHS))
    both.add_alternative(make_page().decode(), subtype="html")
    assert text_of(both) == f"{HEADLINE}\n\n{TEXT}"
    stub = make_mail("This mail needs a reader of HTML.")
    stub.add_alternative(make_page().decode(), subtype="html")
    assert text_of(stub) == f"{HEADLINE}\n\n{TEXT}"
    shell = make_mail()
    shell.add_alternative(
        "<html><body><img src='cid:1'><p>Open in browser</p></body></html>", "html"
    )
    assert text_of(shell) == TEXT


def test_newsletters_of_tables_lose_no_words() -> None:
    """Where the extraction of an article finds little, all of a mail's text is taken."""
    cells = "".join(
        f"<tr><td><h2>Story {n}</h2>{text}</td></tr>" for n, text in enumerate(PARAGRAPHS)
    )
    message = make_mail()
    message.clear_content()
    message.set_content(f"<html><body><table>{cells}</table></body></html>", subtype="html")
    text = text_of(message)
    assert all(paragraph in text for paragraph in PARAGRAPHS)


def test_flowed_lines_are_joined() -> None:
    """Lines that were broken for transport are paragraphs again; a signature stays apart."""
    body = b"One line \r\ngoes on \r\nhere.\r\nNext.\r\n-- \r\nAda\r\n"
    flowed = b'Content-Type: text/plain; charset="utf-8"; format=flowed\r\n\r\n'
    assert text_of(HEAD + flowed + body) == "One line goes on here.\nNext.\n--\nAda"
    unspaced = flowed.replace(b"flowed", b"flowed; delsp=yes")
    assert text_of(HEAD + unspaced + b"an \r\nna\r\n") == "anna"


@pytest.mark.parametrize(
    ("encoding", "charset", "body", "text"),
    [
        (b"base64", b"utf-8", b"0JLQvtC00LA=", "Вода"),
        (b"quoted-printable", b"windows-1252", b"It=92s =\r\nso", "It’s so"),
        (b"8bit", b"koi8-r", "Вода".encode("koi8-r"), "Вода"),
        (b"8bit", b"x-unknown", "Вода".encode(), "Вода"),
        (b"7bit", b"iso-2022-jp", "市長".encode("iso2022_jp"), "市長"),
        (b"base64", b"utf-8", b"0JLQvtC00LA", "Вода"),  # torn
        (b"nonsense", b"", b"as it is", "as it is"),
    ],
)
def test_encodings_of_bodies(encoding: bytes, charset: bytes, body: bytes, text: str) -> None:
    """Whatever a mail was packed in for its way, the words are those that were sent."""
    kind = b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n"
    assert text_of(HEAD + kind % (charset, encoding) + body) == text


def test_attached_articles_are_read_too() -> None:
    """Files of known kinds become articles of their own; pictures are passed over."""
    inner = make_mail("An older mail.", Subject="Fwd: Older")
    message = make_mail("See the attached.")
    for raw, name in (
        (make_pdf(), "report.pdf"),
        (make_docx(), "Bericht ü.docx"),
        (make_zip({"deep/a.txt": b"Zipped."}), "more.zip"),
        (b"\x89PNG", "photo.png"),
        (b"%PDF-", "torn.pdf"),
        (make_pdf(), "report.pdf"),
    ):
        message.add_attachment(raw, maintype="application", subtype="octet-stream", filename=name)
    message.add_attachment(inner)
    parsed = read(message)
    assert [article.path for article in parsed.articles] == [
        "a.eml",
        "a.eml/report.pdf",
        "a.eml/Bericht ü.docx",
        "a.eml/more.zip/deep/a.txt",
        "a.eml/6-report.pdf",
        "a.eml/mail-7.eml",
    ]
    assert parsed.articles[0].text == "See the attached."
    assert (parsed.articles[-1].text, parsed.articles[-1].title) == ("An older mail.", "Older")
    ((path, reason),) = parsed.failed
    assert path == "a.eml/torn.pdf"
    assert "cannot be read as a PDF file" in reason


def test_attachments_without_a_name_or_a_text_beside_them() -> None:
    """The kind stands in for the name; a mail may consist of nothing but what is attached."""
    message = make_mail(" ")
    message.add_attachment(make_pdf(), maintype="application", subtype="pdf")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="../../etc/a.txt")
    parsed = read(message)
    assert [article.path for article in parsed.articles] == [
        "a.eml/attachment-1.pdf",
        "a.eml/a.txt",
    ]


def nested(levels: int) -> bytes:
    """A multipart of so many multiparts in each other."""
    open_parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(levels)
    )
    return HEAD + b"MIME-Version: 1.0\n" + open_parts + b"Content-Type: text/plain\n\nDeep."


def forwarded(levels: int) -> bytes:
    """A mail in a mail, so many times."""
    message: MIMEMultipart | EmailMessage = make_mail("Deep.")
    for _ in range(levels):
        outer = MIMEMultipart()
        outer["From"] = "a@b.example"
        outer.attach(MIMEMessage(message))
        message = outer
    return message.as_bytes()


def test_nesting_is_followed_as_far_as_people_nest() -> None:
    """A few mails in each other are read; ten thousand are no mail."""
    assert text_of(nested(20)) == "Deep."
    for raw in (nested(10_000), HEAD + b"Content-Type: message/rfc822\n\n" * 10_000):
        with pytest.raises(ArticleError, match="is nested too deeply to be read as a mail"):
            read(raw)
    assert [article.text for article in read(forwarded(3)).articles] == ["Deep."]
    ((path, reason),) = read(forwarded(6)).failed
    assert path == "a.eml/mail-1.eml/mail-1.eml/mail-1.eml/mail-1.eml"
    assert reason == "lies too deep in other archives; unpack them first"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is no mail"),
        (b"Just a text.\n\nAnd more.", "is no mail"),
        (b"\x00\x01\x02", "is no mail"),
        (HEAD, "holds no text"),
        (HEAD + b"\r\n", "holds no text"),
        (HEAD + b"Content-Type: multipart/mixed\r\n\r\nlost", "holds no text"),
        (HEAD + b"X: " + b"x" * 200_000 + b"\r\n\r\nText.", "has headers of 200,0"),
        (HEAD + b"\r\n" + b"\0\1\2" * 99, "is a binary file"),
        (make_mail().as_bytes()[:40], "holds no text"),
    ],
)
def test_what_is_no_mail_is_refused(raw: bytes, reason: str) -> None:
    """Empty, torn, binary and endless mails: each has its sentence."""
    with pytest.raises(ArticleError, match=reason):
        read(raw)


def test_the_number_of_parts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail of a thousand parts is none that anyone wrote."""
    monkeypatch.setattr(mail, "MAX_PARTS", 3)
    message = make_mail()
    message.add_attachment("One.")
    assert len(read(message).articles) == 2
    message.add_attachment("Two.")
    with pytest.raises(ArticleError, match="has more than 3 parts"):
        read(message)


def test_text_in_tags_of_a_mail_without_charset() -> None:
    """HTML states its own encoding where the mail does not."""
    page = f"<meta charset=windows-1251><body>{in_tags('p', ['Вода поднялась.'])}</body>"
    raw = HEAD + b"Content-Type: text/html\r\n\r\n" + page.encode("cp1251")
    assert text_of(raw) == "Вода поднялась."
