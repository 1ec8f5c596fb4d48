"""Turn bytes into text: byte-order marks, stated encodings, and guesses where nobody states one.

Knows nothing of formats or articles.
"""

import codecs
from contextlib import suppress

from index.errors import ArticleError

MAX_CONTROL_SHARE = 0.01
MAX_HIGH_BYTES, MIN_BLANKS_SHARE = 12, 0.05  # of UTF-16 text without a mark

_BOMS = (  # longest first: the UTF-32 mark begins with the UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What pages and mails mean by a label, as browsers read it (WHATWG Encoding Standard, § 4.2).
_MEANT = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
# Python has codecs that unpack, unescape or switch alphabets; a label may name none of those.
_ALLOWED = {
    *_MEANT.values(),
    *"cp1250 cp1251 cp1253 cp1255 cp1256 cp1257 cp1258 cp866 euc_jp iso2022_jp".split(),
    *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    *"koi8-r koi8-u mac-cyrillic mac-roman".split(),
}


def decode(raw: bytes) -> str:
    """Decode bytes whose encoding nobody states.

    Raises:
        ArticleError: The bytes are not text.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            try:
                return _checked(raw.decode(encoding))
            except UnicodeDecodeError as exc:
                raise ArticleError(f"starts as {encoding} but does not go on so") from exc
    if b"\0" in raw:
        return _checked(_decode_without_mark(raw))
    try:
        return _checked(raw.decode())
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes  # only copy that is not UTF-8 needs it

    best = from_bytes(
        raw,
        cp_isolation=[
            "cp1252",
            "cp1251",
            "cp1256",
            "cp1254",
            "cp1250",
            "koi8_r",
            "gb18030",
            "shift_jis",
            "euc_jp",
            "euc_kr",
            "big5",
        ],
    ).best()
    if best is None:
        raise ArticleError("is not text (no known encoding fits)")
    return _checked(str(best))


def decode_stated(raw: bytes, label: str | None) -> str:
    """Decode bytes whose encoding is stated, which is true more often than not.

    UTF-8 is recognised whatever the label says, for nothing else looks like it by chance.

    Args:
        raw: The bytes.
        label: Name of an encoding, as in `charset=`; unknown ones are passed over.

    Raises:
        ArticleError: The bytes are not text.
    """
    with suppress(LookupError, ValueError):  # a label may hold anything
        name = codecs.lookup((label or "").strip()).name
        name = _MEANT.get(name, name)
        marked = raw.startswith(tuple(mark for mark, _ in _BOMS))
        if name in _ALLOWED and not marked and (name == "iso2022_jp" or not _is_utf8(raw)):
            return _checked(raw.decode(name))
    return decode(raw)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_without_mark(raw: bytes) -> str:
    """Decode UTF-32 or UTF-16 without a mark; any other text with zero bytes is none."""
    candidates = ["utf-32-le", "utf-32-be"]  # strict enough to refuse everything else
    for high_bytes, encoding in ((raw[1::2], "utf-16-le"), (raw[0::2], "utf-16-be")):
        # Those of one script are few, and those of its blanks are zero.
        few = len(set(high_bytes)) <= min(MAX_HIGH_BYTES, 1 + len(high_bytes) // 8)
        if few and high_bytes.count(0) > MIN_BLANKS_SHARE * len(high_bytes):
            candidates.append(encoding)
    for encoding in candidates:
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise ArticleError("is a binary file (it has zero bytes)")


def _checked(text: str) -> str:
    """Refuse text that is mostly control characters, as decoded binary files are."""
    control = sum(character < " " and character not in "\t\n\v\f\r" for character in text)
    if control > MAX_CONTROL_SHARE * len(text):
        raise ArticleError("is a binary file (it has control characters)")
    return text
