"""The language of an article is what is stated, or what its words plainly are."""

import pytest

from index.formats.languages import detect_language, iso_language

SENTENCES = {
    "en": "The harbour master put it down to the price of diesel, and nobody asked for more.",
    "de": "Der Bürgermeister erklärte, die Brücke müsse gesperrt werden; Schäden seien möglich.",
    "fr": "L'été dernier, le maire a annoncé que l'école fermerait; les élèves étaient déçus.",
    "es": "El alcalde dijo que el puente debía cerrarse y que los daños podrían ser mayores.",
    "nl": "De burgemeester zei dat de brug moest worden gesloten; grotere schade was mogelijk.",
    "ru": "Мэр сказал, что мост нужно закрыть, и что возможен больший ущерб для жителей.",
    "uk": "Мер сказав, що міст треба закрити, і що можлива більша шкода для мешканців.",
    "ar": "قال رئيس البلدية إن الجسر يجب أن يغلق وإن الأضرار قد تكون أكبر مما كان متوقعا.",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_two_sentences_tell_their_language(language: str, sentence: str) -> None:
    """Copy of some length is told by its words alone, whatever its script."""
    assert detect_language(f"{sentence} {sentence}") == language


@pytest.mark.parametrize("text", ["", "Ja.", "4,000 – 5,000 (2019) " * 99, "Taxes rise"])
def test_little_text_tells_no_language(text: str) -> None:
    """A few words, or none, are not worth a guess."""
    assert detect_language(text) is None


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("de_DE.UTF-8", "de"),
        (" PT-br ", "pt"),
        ("iw", "he"),
        ("eng", None),
        ("English", None),
        ("", None),
        ("e1", None),
        (None, None),
        ("en " + "x" * 99, None),
    ],
)
def test_stated_languages_are_iso_codes(stated: object, code: str | None) -> None:
    """Tags of pages, mails and books are cut to the two letters of ISO 639-1, or dropped."""
    assert iso_language(stated) == code
