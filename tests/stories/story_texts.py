"""Invented articles of places that are on no map, and what editors do to them."""

import random
from collections.abc import Sequence

FLOOD = """\
The river Ashel burst its banks at Velmora in the early hours of Tuesday and drove 3,000 people \
from their homes, the district council said.

Water stood two metres deep in the lower market by dawn. Boats of the harbour guard took \
families from the roofs of Lantern Street, where the current had carried away a footbridge and \
14 cars.

"We heard the bridge go before we saw the water," said Edda Marsk, who keeps a bakery on the \
quay. She and her 2 sons waited for four hours on the roof of the school until a boat reached \
them.

The council opened the town hall, the ice rink and 6 schools to those who cannot return. \
Governor Tolm Brandis promised 45 crowns a day to each household and asked the army for pumps.

Engineers had warned in 2019 that the dyke above the mill was too low. A plan to raise it by 80 \
centimetres was put off twice because the neighbouring district of Sallow would not share the \
cost.

Forecasters expect the rain to ease on Thursday. The railway between Velmora and Tarsk stays \
closed until at least Friday, and drivers are asked to keep off the coast road."""

STRIKE = """\
Ferry crews in the port of Brenno will stop work for 48 hours from Saturday after talks about \
night shifts broke down, their union announced.

The union says that 7 of 10 sailings now leave with a crew below the number that its agreement \
of 2021 demands. The company, Inner Sound Lines, answers that illness is to blame and that \
nobody has been put in danger.

About 5,200 passengers had booked for the weekend. They can travel until the end of the month \
with the same ticket or ask for their money, the company said, but cars cannot be moved to other \
ships.

Islanders worry more about freight. The shops on Kirrin hold bread and milk for 3 days, \
according to the mayor, Ottla Venn, who asked both sides to let one ship a day pass with food \
and medicine.

A mediator chosen by the ministry will see the two sides on Thursday morning. Neither wished to \
say what it would offer. The last strike, nine years ago, ended after 11 days with a rise of 4 \
per cent."""

OBSERVATORY = """\
Astronomers at the Pellin Heights observatory have photographed a comet that was thought to have \
broken up near the sun a decade ago.

The faint speck was found by Runa Askild, a student who compared plates from 3 nights in October \
while she looked for something else. Her supervisor first took it for a scratch on the glass.

Its path agrees to within a hair with the one that was worked out for the lost comet, the group \
writes. If it survives the winter, it could be seen with a good pair of field glasses in April.

The observatory, built in 1931 by a maker of clocks, has had no full-time staff since its roof \
was damaged in a storm. Volunteers from the town of Marden have mended the dome and the two \
telescopes.

Its trustees hope that the find will help them to raise the 260,000 crowns that a new mirror \
costs. Visitors may come on the first Sunday of each month, when soup is served in the old plate \
room."""

NOTICE = """\
Read more stories like this in our weekend edition. Sign up for the morning letter, follow us \
wherever you like to read, and tell the editors if something is wrong. All rights are reserved \
by the publisher and its partners; no part of this page may be copied, sold or sent out again \
without a written permission from the office in Harbour Lane."""

# The council of a town meets on Monday: a new bridge, its cost, the school, the library.
CHINESE = (
    "维尔莫拉市议会星期一晚上决定在阿谢尔河上修建一座新桥，预计费用为4500万克朗。市长说，旧桥已经使用了"
    "九十多年，每天有一万二千辆汽车通过，桥墩在去年春天的洪水中受损严重。反对修桥的居民担心施工期间学校"
    "门口的交通会更加危险，他们要求先把图书馆旁边的小路改成人行道。议会将在六月再次讨论这个问题，并邀请"
    "工程师说明施工的时间安排和临时渡船的运行办法。"
)
THAI = (
    "สภาเมืองเวลโมราลงมติเมื่อคืนวันจันทร์ให้สร้างสะพานใหม่ข้ามแม่น้ำ"
    "อาเชลโดยใช้งบประมาณ 45 ล้านโครน นายกเทศมนตรีกล่าวว่าสะพานเก่าใช้"
    "งานมานานกว่าเก้าสิบปีและเสียหายหนักจากน้ำท่วมเมื่อฤดูใบไม้ผลิปีก"
    "่อน ชาวบ้านบางส่วนกังวลว่าการจราจรหน้าโรงเรียนจะอันตรายมากขึ้นระ"
    "หว่างการก่อสร้าง จึงขอให้ปรับปรุงทางเดินข้างห้องสมุดก่อน สภาจะปร"
    "ะชุมอีกครั้งในเดือนมิถุนายนและเชิญวิศวกรมาอธิบายกำหนดเวลา"
)


def replaced(text: str, share: float, seed: int = 1) -> str:
    """So many of the words replaced by others, numbers left as they are."""
    rng = random.Random(seed)
    others = "grey often window carried mild seven lantern before quite harvest".split()
    return " ".join(
        rng.choice(others) if word.isalpha() and rng.random() < share else word
        for word in text.split(" ")
    )


def first_paragraphs(text: str, count: int) -> str:
    """The beginning of an article."""
    return "\n\n".join(text.split("\n\n")[:count])


def together(*texts: str) -> str:
    """Several texts on one page."""
    return "\n\n".join(texts)


def made_article(seed: int, words: int = 200) -> str:
    """An article without sense, unlike that of any other seed."""
    rng = random.Random(seed)
    syllables: Sequence[str] = "ka lo mi ren tas vel our shi dan pek ul gra".split()
    return " ".join("".join(rng.choices(syllables, k=3)) for _ in range(words))
