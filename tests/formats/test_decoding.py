"""Bytes become text as they were written, whoever states their encoding, rightly or wrongly."""

import codecs
import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleError
from index.formats.decoding import decode, decode_stated

ENGLISH = "The mayor said: “We shall see – perhaps.” It’s late in Norvik.\n"
FRENCH = (
    "L'été dernier, le maire a annoncé que l'école fermerait; les élèves étaient déçus.\n"
    "À Noël, rien n'était réglé."
)
GERMAN = (
    "Der Bürgermeister erklärte, die Brücke über die Weißach müsse gesperrt werden;\n"
    "größere Schäden seien möglich, hieß es."
)
RUSSIAN = "Вода поднялась на два метра, сообщили в администрации города.\nЖителей эвакуировали."


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, GERMAN, RUSSIAN])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-32-le"),
        (b"", "utf-32-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_files_with_and_without_mark(text: str, mark: bytes, encoding: str) -> None:
    """UTF-8, UTF-16 and UTF-32 are read in either byte order, marked or not."""
    assert decode(mark + text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "latin-1"),
        (GERMAN, "latin-1"),
        (ENGLISH, "cp1252"),
        (RUSSIAN, "cp1251"),
        ("Müller sagte ja.", "latin-1"),
        ("Le café est fermé.", "latin-1"),
        ("The council voted after a long debate. " * 50 + "A café owner said so.", "latin-1"),
    ],
)
def test_older_encodings_are_told_from_the_text(text: str, encoding: str) -> None:
    """Latin-1 and Windows files, of a line or of many, are read as they were written."""
    assert decode(text.encode(encoding)) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_every_utf8_text_is_read_back(text: str) -> None:
    """Bytes that are UTF-8 are taken as UTF-8, never guessed at."""
    assert decode(codecs.BOM_UTF8 + text.encode()) == text


RANDOM = random.Random(1)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"The council\x00 voted to keep the bridge.", "is a binary file"),
        (b"Thecouncil \x00voted!", "is a binary file"),
        (b"\x00" * 4096, "is a binary file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + RANDOM.randbytes(500), "is a binary file"),
        (b"\x89PNG\r\n\x1a\n", "is a binary file"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + RANDOM.randbytes(501), "is a binary file"),
        (b"\x7fELF\x02\x01\x01", "is a binary file"),
        (gzip.compress(ENGLISH.encode() * 99, mtime=0), "is a binary file"),
        (RANDOM.randbytes(5000), "is a binary file"),
        (RANDOM.randbytes(5000).replace(b"\x00", b""), "is not text"),
        (codecs.BOM_UTF16_LE + b"odd", "starts as utf-16 but does not go on so"),
        (codecs.BOM_UTF8 + b"\xff\xfe\xfd", "starts as utf-8-sig but does not go on so"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    """Binary files and texts that break off are refused, each with its reason."""
    with pytest.raises(ArticleError, match=reason):
        decode(raw)


@pytest.mark.parametrize(
    ("text", "label", "encoding"),
    [
        (ENGLISH, "utf-8", "utf-8"),
        (ENGLISH, "iso-8859-1", "cp1252"),  # as browsers take it
        (ENGLISH, "us-ascii", "cp1252"),
        (ENGLISH, "iso-8859-1", "utf-8"),  # a false label
        (RUSSIAN, "KOI8-R", "koi8-r"),
        (RUSSIAN, " Windows-1251 ", "cp1251"),
        (RUSSIAN, "windows-1251", "utf-8"),
        (RUSSIAN, "utf-8", "utf-16"),
        ("市長は橋を閉鎖しなければならないと述べた。", "Shift_JIS", "cp932"),
        ("市長は橋を閉鎖しなければならないと述べた。", "euc-jp", "euc_jp"),
        ("市長は橋を閉鎖しなければならないと述べた。", "iso-2022-jp", "iso2022_jp"),
        ("市长表示，这座桥必须关闭。", "gb2312", "gb18030"),
        ("시장은 다리를 폐쇄해야 한다고 말했다.", "euc-kr", "cp949"),
        ("İstanbul'da köprü kapatıldı.", "iso-8859-9", "cp1254"),
        (FRENCH, None, "cp1252"),
        (FRENCH, "", "cp1252"),
    ],
)
def test_a_stated_encoding_is_taken_unless_the_bytes_say_otherwise(
    text: str, label: str | None, encoding: str
) -> None:
    """A label decides, in the sense that browsers give it; marks and valid UTF-8 overrule it."""
    assert decode_stated(text.encode(encoding), label) == text


@pytest.mark.parametrize("label", ["unicode_escape", "zlib", "utf-7", "x-mad", "\0", "é" * 99])
def test_labels_that_are_no_encoding_of_text_are_passed_over(label: str) -> None:
    """No label makes Python unpack or unescape what an article says."""
    text = "A path is C:\\u0041 +AGE- and that is all."
    assert decode_stated(text.encode(), label) == text
