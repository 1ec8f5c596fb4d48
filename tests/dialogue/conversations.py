"""Invented conversations about seeds/, each question with what the articles answer.

`TUNED` were looked at while the rewriting was made. `LATER` were written when it was done and
scored once before a mistake that they showed was mended: 31 of 45 right then. Conversations on
which nothing was tuned at all are in `tests/events/held-out`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a conversation.

    Attributes:
        question: As it is asked, leaning on those before it or not.
        expected: What the right answer holds, any of these; in any case.
        new_topic: Whether it is about something else than the question before it, and must not
            be understood by that.
    """

    question: str
    expected: tuple[str, ...]
    new_topic: bool = False


def _told(*asked: tuple[str, str]) -> tuple[Asked, ...]:
    """A conversation; alternatives are parted by "|", and a new topic begins with "*"."""
    return tuple(
        Asked(question.removeprefix("*"), tuple(expected.split("|")), question.startswith("*"))
        for question, expected in asked
    )


Conversation = Sequence[Asked]

TUNED: tuple[Conversation, ...] = (
    _told(
        ("How many fighters were evacuated?", "4,000"),
        ("Where to?", "Tehran"),
        ("Who said so?", "Putin"),
        ("And from which base?", "Hmeimim"),
    ),
    _told(
        ("How many men were evacuated on 31 May?", "68,014"),
        ("From where?", "Dunkirk"),
        ("Who directed the operation?", "Ramsay"),
        ("When did it end?", "4 June"),
        ("*Who owns the seed vault?", "Norway"),
        ("When was it opened?", "2008"),
    ),
    _told(
        ("When was the Rosetta Stone found?", "1799"),
        ("Where?", "Rashid|Rosetta"),
        ("Who was the officer in charge?", "Bouchard"),
        ("How much does the stone weigh?", "760"),
        ("*How long is the Ever Given?", "400 meters"),
        ("And how many containers can she carry?", "20,000"),
    ),
    _told(
        ("Who led the offensive in Syria?", "Hayat Tahrir al-Sham"),
        ("When did it begin?", "27 November"),
        ("Who commands the group?", "Sharaa"),
        ("What name was he known by before?", "Julani"),
    ),
    _told(
        ("How many warships may be in Tartus?", "11"),
        ("For how long?", "49 years"),
        ("When was the agreement signed?", "January 18, 2017"),
        ("Where?", "Damascus"),
    ),
    _told(
        ("When did the Ka-52 make its first flight?", "1997"),
        ("And the Ka-50?", "1982"),
        ("Where is the Ka-52 built?", "Arsenyev"),
        ("What does NATO call it?", "Hokum"),
    ),
    _told(
        ("When was Resolution 2254 adopted?", "18 December 2015"),
        ("Who was in the chair?", "Kerry"),
        ("How many members voted for it?", "fifteen"),
        ("*Who combined the vaccine with those against mumps and rubella?", "Hilleman"),
        ("When?", "1971"),
    ),
    _told(
        ("When was the Suez Canal opened?", "November 17, 1869"),
        ("When did Egypt nationalize it?", "July 1956"),
        ("How much of world trade passes through it?", "12 percent"),
        ("When did its longest closure begin?", "June 1967"),
        ("And when did it end?", "June 5, 1975"),
    ),
    _told(
        ("Who took the seeds out of the vault?", "ICARDA"),
        ("Why?", "war|cut it off"),
        ("Where was its collection?", "Aleppo"),
        ("*How wide is the Rosetta Stone?", "75.7"),
        ("And how high?", "112.3"),
        ("Who has it now?", "British Museum"),
    ),
    _told(
        ("What did Putin say about Iran?", "Iran"),
        ("When did he say that?", "year-end news conference|Dec"),
        ("Where did the Iranian-backed groups go?", "Lebanon"),
        ("*How many Americans were held in Tehran?", "52"),
        ("For how many days?", "444"),
        ("When was the embassy seized?", "4 November 1979"),
    ),
    _told(
        ("When did Krakatoa erupt?", "1883"),
        ("Where is it?", "Sunda Strait|Java"),
        ("How high were the waves?", "30 meters"),
        ("What was the new cone called?", "Anak Krakatau"),
        ("What does that mean?", "child of Krakatoa"),
    ),
    _told(
        ("How effective is one dose of MMR?", "93 percent"),
        ("And two doses?", "97 percent"),
        ("Which journal suggested a link with autism?", "Lancet"),
        ("When did it retract the study?", "2010"),
        ("*Who wrote a report on the eruption of Krakatoa?", "Royal Society"),
        ("In which year?", "1888"),
    ),
    _told(
        ("Who crashed a Ka-52 in Syria?", "pilots"),
        ("When did it crash?", "May 2018"),
        ("Why?", "technical fault"),
        ("Who said so?", "Defense Ministry"),
    ),
    _told(
        ("Who owns the Ever Given?", "Shoei Kisen"),
        ("How many people were on board?", "25"),
        ("Where were they from?", "India"),
        ("*When did the Baath Party take power?", "8 March 1963"),
        ("How?", "coup"),
    ),
    _told(
        ("Which warships fired missiles from the Caspian?", "four|Russia"),
        ("How many missiles did they fire?", "26"),
        ("When was that?", "7 October 2015"),
        ("At which country?", "Syria"),
        ("*Who shot down the Il-20?", "Syrian"),
        ("How many servicemen died?", "15"),
    ),
    _told(
        ("How far is the Webb telescope from Earth?", "1.5 million"),
        ("When did it get there?", "24 January 2022"),
        ("How many segments does the mirror have?", "18"),
        ("What are they made of?", "beryllium"),
        ("Who owns the project?", "NASA"),
    ),
    _told(
        ("Who announced the new helicopter base in Qamishli?", "Russian"),
        ("When were the helicopters moved there?", "14 November"),
        ("Which ones?", "Mi-35"),
        ("*Where did Russia and Turkey agree on joint patrols?", "Sochi"),
        ("When?", "22 October"),
    ),
    _told(
        ("How many people died when the An-26 crashed?", "39"),
        ("When was that?", "6 March 2018"),
        ("And the Il-20?", "15|17 September 2018|Syrian air defense missile"),
        ("Who visited the base in 2017?", "Putin"),
        ("What did he announce?", "part of the Russian force would go home"),
    ),
    _told(
        ("Where did the Ever Given run aground?", "Suez Canal"),
        ("When?", "March 23"),
        ("Who owns it?", "Shoei Kisen"),
        ("And who operates it?", "Evergreen"),
        ("Under which flag does it sail?", "Panama"),
        ("Where was it going?", "Rotterdam"),
    ),
    _told(
        ("Which rocket launched the James Webb Space Telescope?", "Ariane 5"),
        ("From where?", "Kourou|French Guiana"),
        ("When?", "25 December 2021"),
        ("How large is its mirror?", "6.5 meters"),
        ("What about Hubble?", "2.4 meters"),
        ("Who is it named after?", "James E. Webb|Webb"),
    ),
    _told(
        ("What was the death toll of Krakatoa?", "36,417"),
        ("Who said so?", "Dutch colonial authorities"),
        ("How far away was it heard?", "4,800 kilometers"),
        ("On which island?", "Rodrigues"),
        ("*When did the United States declare measles eliminated?", "2000"),
    ),
    _told(
        ("When was the Vienna Convention on Diplomatic Relations signed?", "18 April 1961"),
        ("When did it enter into force?", "24 April 1964"),
        ("How many articles does it have?", "53"),
        ("What does Article 22 say?", "inviolable"),
        ("*Who founded Latakia?", "Seleucus"),
        ("Who was it named after?", "Laodice|mother"),
    ),
    _told(
        ("Who collected the measles virus?", "Peebles"),
        ("When?", "1954"),
        ("From whom?", "Edmonston|schoolboy"),
        ("Where was the vaccine licensed?", "United States"),
        ("When was that?", "1963"),
    ),
    _told(
        ("Which five states signed the Caspian convention?", "Azerbaijan"),
        ("Where?", "Aktau"),
        ("When did they sign it?", "12 August 2018"),
        ("How wide are the territorial waters?", "15 nautical miles"),
        ("And the fishing zone?", "10 nautical miles"),
    ),
    _told(
        ("Where is the seed vault?", "Svalbard|Spitsbergen|Longyearbyen"),
        ("Who paid for it?", "Norway"),
        ("How many samples is there room for?", "4.5 million"),
        ("Who was the first to withdraw samples?", "ICARDA"),
        ("When?", "2015"),
        ("Where did they plant them?", "Lebanon"),
    ),
    _told(
        ("When was Qamishli founded?", "1926"),
        ("In which province is it?", "Hasakah"),
        ("How many people live there?", "184,231"),
        ("What is the code of the airport?", "KAC"),
        ("*Where was the Suez Canal ship freed to?", "Great Bitter Lake"),
    ),
    _told(
        ("When did Assad fall?", "8 December 2024"),
        ("Where did he go?", "Moscow"),
        ("Who says so?", "Russian news agencies"),
        ("Who was the prime minister?", "Jalali"),
        ("Who came after him?", "Bashir"),
    ),
    _told(
        ("Who seized power in Syria in 1970?", "Hafez"),
        ("When did he die?", "10 June 2000"),
        ("Who succeeded him?", "Bashar"),
        ("*How many British soldiers were evacuated from Dunkirk?", "198,000"),
        ("And Allied ones?", "140,000"),
        ("How many destroyers did the British lose?", "six"),
    ),
    _told(
        ("Who read the hieroglyphs of the Rosetta Stone?", "Champollion|Young"),
        ("When was his letter dated?", "27 September 1822"),
        ("Who was it written to?", "Dacier"),
        ("Where is the stone now?", "British Museum"),
        ("Since when?", "1802"),
    ),
    _told(
        ("Who shot down a Russian Su-24 bomber?", "Turkish"),
        ("When?", "24 November"),
        ("How did Moscow answer?", "S-400"),
        ("*When was the naval agreement on Tartus signed?", "January 18, 2017"),
        ("For how many years does it run?", "49"),
        ("Who guards it on the land side?", "Syria"),
    ),
    _told(
        ("What did Kremlin spokesman Dmitry Peskov say?", "engage with"),
        ("When?", "Dec. 16"),
        ("What did Zakharova name the top priority?", "safety"),
        ("And what did she call for?", "political settlement"),
        ("*Who led NASA in the years before the Moon landing?", "Webb"),
        ("From when to when?", "1961"),
    ),
)

LATER: tuple[Conversation, ...] = (
    _told(
        ("Who shared the airfield near Latakia?", "foreign air force|Russia"),
        ("When was the agreement on the base signed?", "26 August 2015"),
        ("Where?", "Damascus"),
        ("When was the base attacked by drones?", "January 2018"),
    ),
    _told(
        ("When was the Ever Given freed?", "March 29"),
        ("Where was it towed to?", "Great Bitter Lake"),
        ("How many vessels were queuing?", "360"),
        ("*When was the Security Council resolution on Syria adopted?", "18 December 2015"),
        ("How many members voted in favor?", "fifteen"),
    ),
    _told(
        ("Who directed Operation Dynamo?", "Ramsay"),
        ("From where?", "tunnels|Dover"),
        ("When was the order to begin given?", "26 May"),
        ("How many men had been brought to England by the end of the next day?", "7,669"),
    ),
    _told(
        ("How many crew members does the Ka-52 have?", "two"),
        ("What does Russia call it?", "Alligator"),
        ("When did it first fly?", "June 1997"),
        ("Who bought the Mistral ships?", "Egypt"),
    ),
    _told(
        ("Which center withdrew seeds from Svalbard?", "ICARDA"),
        ("Where did it keep its collection?", "Aleppo"),
        ("When did it withdraw them?", "2015"),
        ("*When was the Royal Society report on Krakatoa published?", "1888"),
    ),
    _told(
        ("When did the Caspian treaty get signed?", "12 August 2018"),
        ("Who signed it?", "presidents|Azerbaijan"),
        ("In which port?", "Aktau"),
        ("How far below the oceans is the surface?", "28 meters"),
    ),
    _told(
        ("Who succeeded Hafez al-Assad?", "Bashar"),
        ("When?", "July"),
        ("When did protests against him break out?", "March 2011"),
        ("*When did Webb reach its orbit?", "24 January 2022"),
        ("And when did it leave Earth?", "25 December 2021"),
    ),
    _told(
        ("Who said that Russia must engage with those controlling the situation?", "Peskov"),
        ("When?", "Dec. 16"),
        ("*Who licensed the first measles vaccine?", "United States"),
        ("In which year?", "1963"),
        ("How effective are two doses of it?", "97 percent"),
    ),
    _told(
        ("Which agreement did Russia and Turkey reach on joint patrols?", "Sochi|22 October"),
        ("Where?", "Sochi"),
        ("When did the first of these set out?", "1 November"),
        ("*How many inhabitants did Qamishli have in 2004?", "184,231"),
        ("Who lives there?", "Kurds"),
    ),
    _told(
        ("When does the Tartus agreement date from?", "January 18, 2017"),
        ("How long does it run?", "49 years"),
        ("By how much is it extended?", "25 years"),
        ("What island lies off the shore?", "Arwad"),
    ),
    _told(
        ("When was the decree on the Rosetta Stone issued?", "196 BC"),
        ("Where?", "Memphis"),
        ("Under whom?", "Ptolemy V"),
        ("Who found the stone?", "French soldiers|Bouchard"),
        ("In which year?", "1799"),
    ),
    _told(
        (
            "When did the Vienna Convention on Diplomatic Relations enter into force?",
            "24 April 1964",
        ),
        ("And the one on Consular Relations?", "24 April 1963"),
        ("*When was the US embassy in Tehran seized?", "4 November 1979"),
        ("How many Americans were held there?", "52"),
        ("For how long?", "444"),
    ),
    _told(
        ("How many Iranian-backed fighters were flown out of Syria?", "4,000"),
        ("Where were they flown to?", "Tehran"),
        ("By way of which base?", "Hmeimim"),
        ("Who told reporters that?", "Putin"),
    ),
)
