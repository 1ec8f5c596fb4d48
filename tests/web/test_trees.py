"""XML and HTML from strangers is read as far as it goes, and does nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web.trees import child, child_text, html_tree, plain_text, xml_elements


def texts(body: bytes) -> list[str | None]:
    """The text of `loc` in each `url`."""
    return [child_text(element, "loc") for element in xml_elements(body, "url")]


def test_elements_of_any_namespace_come_one_after_the_other() -> None:
    """Only those that were asked for; of their children the direct ones."""
    body = b"""<a xmlns="http://x" xmlns:i="http://y"><url><i:image><i:loc>no</i:loc></i:image>
        <i:loc> 1 </i:loc></url><i:url><loc>2<!-- c --><b>3</b></loc></i:url><other/><url/>
        <url><loc> </loc></url></a>"""
    assert texts(body) == ["1", "23", None, None]
    (image,) = [child(element, "image") for element in xml_elements(body, "url")][:1]
    assert image is not None
    assert image.tag == "{http://y}image"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<a><url><loc>1</loc></url><url><loc>2", ["1", "2"]),
        (b"<a><url><loc>1</loc></url>&nonsense;<url><loc>2</loc></url></a>", ["1", "2"]),
        ("<a><url><loc>é</loc></url></a>".encode("utf-16"), ["é"]),
        (b"", []),
        (b"no markup", []),
        (b"\x00\xff", []),
        (b"<" * 1000, []),
    ],
)
def test_broken_xml_gives_what_can_be_told(body: bytes, expected: list[str]) -> None:
    """What stands before a fault, and after it where that is clear."""
    assert texts(body) == expected


def test_nothing_outside_is_loaded_and_nothing_unfolds(tmp_path: Path) -> None:
    """An entity that names a file stays a name, and one of a billion laughs is no text."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    outside = f"""<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>
        <a><url><loc>&x;</loc></url></a>"""
    assert "secret" not in "".join(map(str, texts(outside.encode()))).replace("&x;", "")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a><url><loc>&l9;</loc></url></a>'
    assert sum(len(text or "") for text in texts(bomb.encode())) < 1000


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "body",
    [b"<a>" * 500_000, b"<a " + b"b='c' " * 200_000, b"<!DOCTYPE " * 200_000, b"<a>&" * 300_000],
)
def test_markup_made_to_keep_busy_is_read(body: bytes) -> None:
    """Nesting, attributes and openings without end neither hang nor overflow."""
    assert texts(body) == []
    html_tree(body)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("Tom &amp; Jerry&#8217;s", "Tom & Jerry’s"),
        ("<p>One</p><p>two<br>three</p>", "One two three"),
        ("A <b>bo</b>ld  \n word", "A bold word"),
        ("5 < 6", "5 < 6"),
        ("Seen<script>unseen()</script><style>b{}</style><!-- unseen --> too", "Seen too"),
        ("<i>日本</i> é", "日本 é"),
        ("", ""),
        ("<>", "<>"),
        ("<!-- unseen -->", ""),
    ],
)
def test_html_as_a_line_of_text(html: str, text: str) -> None:
    """Markup vanishes, blocks are parted, entities are letters."""
    assert plain_text(html) == text


@given(st.text(), st.binary(max_size=200))
def test_any_text_and_any_bytes_are_read(text: str, body: bytes) -> None:
    """Nothing is raised, whatever the bytes and the charset."""
    assert isinstance(plain_text(f"<p>{text}"), str)
    list(xml_elements(body, "url"))
    for charset in (None, "utf-8", "nonsense", "utf-16"):
        html_tree(body, charset)
