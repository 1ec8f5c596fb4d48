"""Answers, articles and names made of whatever a text may hold; the same ones for each seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from index.articles import Article
from retrieval.answer import (
    Answer,
    AskedPeriod,
    Basis,
    Citation,
    Relation,
    Support,
    Understanding,
    Variant,
)

PIECES = (
    # Every script, as words and sentences.
    *"""The bridge opened. Ada Lind said: “It holds.” 4,000 people; U.S. Gen. Smith (left)! Straße.
    Мост открыли 3 мая. Г. Иванов уехал! Köprü açıldı. İğne ışık; Ελλάδα; ἀρχή
    قال الوزير إن الجسر افتُتح. متى؟ שלום עולם۔ יְרוּשָׁלַיִם ܫܠܡܐ ߒߞߏ हिन्दी। क्षत्रिय বাংলা தமிழ்
    ประเทศไทย ພາສາລາວ မြန်မာ ភាសាខ្មែរ 桥开了。「はい」と言った。ｶﾀｶﾅ 한국어 ᄒᆞᆫ 각
    བོད་ཡིག ᠮᠣᠩᠭᠣᠯ ꦗꦮ አማርኛ። ᏣᎳᎩ Հայերեն։ ქართული ⰳⰾⰰⰳⱁⰾⰹⱌⰰ 𐌰𐌱 𒀀𒁀 𓀀𓂀 𝔘𝔫𝔦 𠜎𠜱
    Ａｂ ﷽ ﬁ ŉ ǅ""".split(),
    # One letter to the eye, several characters.
    *"👨‍👩‍👧‍👦 🏳️‍🌈 🇫🇷 🇩🇪🇹🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 1️⃣ ❤️‍🔥 😀 🧑🏿‍🚀 e\u0301 Z̸̡͚͛̿a̷̘͝ क्".split(),
    *("o" + "\u0301" * 9, "\u0301", "\u20e3", "\u0e33"),
    # What is not seen, or turns the line.
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\ufe0f\u3164\u200e\u200f\u061c\u202a\u202b\u202c",
    *"\u202d\u202e\u2066\u2067\u2068\u2069\u2800\ufffc\u0333\u030a",
    # What cannot be sent, or means something to a parser.
    *"\ud800\udfff\ud83d\ufffe\uffff\U0010ffff\ue000\x00\x07\x1b\x7f<>&'\"`*_\\-,%=|",
    *"""<b> </b> &amp; &lt;b&gt; &#0; &#x110000; <a href=" </blockquote> <!-- ]]> <tg-spoiler>
    [x](y) {$n} /start @bot #tag https://a.example/ %F0%9F :~:text=""".split(),
    "<blockquote expandable>",
    # Borders.
    *".!?…\n\r\t\v\u2028\u2029\u0085\u00a0\u3000\u2009 ",
    *(". ", "? ", "\n\n", "\r\n", "  "),
)
ADDRESSES = (
    *"""https://news.example/bridge?a=1&b=2 http://news.example HTTPS://News.Example/%41#frag
    https://news.example/#:~:text=x https://user:pass@news.example/ https://новости.example/мост
    https://[::1]:8080/ https://news.example:0/ https://news.example:99999/ https://localhost/
    javascript:alert(1) ftp://news.example/ https:// https:///x //news.example https://.example/
    https://news.example\\@evil.example https://[::1/ https://news.example/"'<>&`""".split(),
    *(None, "", "not an address", "https://a b.example/", "https://news.example/\x00", "\ud800"),
    *("https://news.example/\ud800", "https://news.example/\u202e"),
)
LONG_ADDRESSES = tuple(
    "https://news.example/" + letter * times
    for letter, times in (("'", 2027), ("&", 1900), ("é", 2000), ("y", 3000))
)
TEXTS = 5_000
"""How many texts the answers of one seed are made of."""


def generated(count: int, seed: int = 0) -> Iterator[tuple[Answer, Article]]:
    """Answers with the article of their first quotation: most short, some very long."""
    rng = random.Random(seed)
    makers = _Maker(rng, [text(rng) for _ in range(min(TEXTS, 10 * count))])
    for _ in range(count):
        answer = makers.answer()
        quoted = (*answer.citations, *answer.closest)
        yield answer, makers.article(quoted[0] if quoted else makers.citation(1))


def text(rng: random.Random, most_pieces: int = 12) -> str:
    """A text of up to so many pieces; one of five hundred is hundreds of times as long."""
    pieces = rng.choices(PIECES, k=rng.randrange(most_pieces + 1))
    joined = rng.choice((" ", "", "")).join(pieces)
    if joined and rng.random() < 0.002:
        length = rng.choice((3000, 4096, 5000, 10_000, 12_000))
        return (joined * (1 + length // len(joined)))[:length]
    return joined


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes answers and articles of some texts."""

    rng: random.Random
    texts: list[str]

    def answer(self) -> Answer:
        """An abstention, an overview, or an answer in words or in a whole sentence."""
        rng, kind = self.rng, self.rng.random()
        question = rng.choice(self.texts)
        citations = tuple(self.citation(n) for n in range(1, rng.choice((2, 2, 3, 4))))
        if kind < 0.25:
            closest = rng.choice((citations, citations, ()))
            return Answer(question, False, None, 0.1, (), (), closest)
        if kind < 0.4:
            citations += (self.citation(len(citations) + 1),)
            short = "\n".join(citation.quote for citation in citations)
        else:
            short = rng.choice((citations[0].quote, *rng.choices(self.texts, k=2)))
        support = rng.choice((None, Support(rng.randrange(1, 9), rng.choice((None, "2024-05-05")))))
        variants = tuple(self.variant() for _ in range(rng.choice((0, 0, 0, 0, 1, 3, 15))))
        understood = rng.choice((None, Understanding(question, self.period())))
        return Answer(
            question,
            True,
            short,
            0.9,
            citations,
            (),
            support=support,
            variants=variants,
            understanding=understood,
        )

    def variant(self) -> Variant:
        """Another answer, from one to three articles."""
        rng = self.rng
        citations = tuple(self.citation(n) for n in range(1, rng.choice((2, 2, 4))))
        support = Support(len(citations), rng.choice((None, "2024-05-01")))
        return Variant(rng.choice(list(Relation)), rng.choice(self.texts), citations, support)

    def period(self) -> AskedPeriod | None:
        """A period that begins, ends, or both, or none."""
        rng = self.rng
        first, last = rng.choice((None, "2024-05-01")), rng.choice((None, "2024-05-01"))
        basis = rng.choice(list(Basis))
        return rng.choice((None, AskedPeriod(first, last, basis, rng.choice(self.texts))))

    def citation(self, n: int) -> Citation:
        """A quotation of any text, from anywhere in an article with any names."""
        rng = self.rng
        quote, title, source, path = rng.choices(self.texts, k=4)
        start = rng.choice((0, 0, 5, 900, 5000))
        answer = rng.choice((None, start + rng.randrange(-3, 20)))
        return Citation(
            n,
            f"{rng.getrandbits(64):016x}",
            rng.choice((None, "Bridge opened", title, title)),
            rng.choice((None, "Harbour Gazette", source)),
            None,
            rng.choice((None, "2024-05-04")),
            rng.choice(("2024/bridge.txt", path)),
            rng.choice(ADDRESSES if rng.random() < 0.99 else LONG_ADDRESSES),
            start,
            start + len(quote),
            quote,
            answer,
            None if answer is None else answer + rng.randrange(-2, 30),
            rng.choice(((), (), ("a" * 16,), ("a" * 16, "b" * 16))),
        )

    def article(self, citation: Citation) -> Article:
        """The article of a citation: as long before it as the citation says."""
        before, after = self.rng.choices(self.texts, k=2)
        before = before or "."
        before = (before * (1 + citation.start // len(before)))[: citation.start]
        return Article(
            citation.article_id,
            before + citation.quote + after,
            citation.path,
            citation.title,
            citation.source,
            None,
            citation.published,
            citation.url,
        )
