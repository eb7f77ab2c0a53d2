"""Bytes to text: what is declared, unless it cannot be."""

from __future__ import annotations

import pytest

from services.intake.reading.charsets import codec_for, decode, one_line, storable

FRENCH = "Été : « cœur » à l’œuvre – 5 €"


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "x-utf-8", "unicode-1-1-utf-8"])
def test_utf_8_has_many_names(charset: str) -> None:
    defects: set[str] = set()
    assert decode(FRENCH.encode(), charset, defects) == FRENCH
    assert not defects


@pytest.mark.parametrize("charset", ["iso-8859-1", "latin1", "us-ascii", "windows-1252"])
def test_latin_1_means_windows_1252(charset: str) -> None:
    assert decode(FRENCH.encode("cp1252"), charset, set()) == FRENCH


def test_gb2312_means_gb18030() -> None:
    assert decode("鎔".encode("gb18030"), "gb2312", set()) == "鎔"


@pytest.mark.parametrize("charset", ["DEFAULT", "", "x-unknown", "zip", "base64", "idna", "\0"])
def test_what_is_no_charset_is_guessed(charset: str) -> None:
    assert decode(FRENCH.encode("cp1252"), charset, set()) == FRENCH
    assert decode(FRENCH.encode(), charset, set()) == FRENCH


def test_a_charset_that_does_not_fit_is_a_defect() -> None:
    defects: set[str] = set()
    assert decode(FRENCH.encode("cp1252"), "utf-8", defects) == FRENCH
    assert defects == {"wrong_charset"}


def test_utf_8_cut_in_the_middle_of_a_letter_stays_utf_8() -> None:
    text = decode(FRENCH.encode()[:-1], "utf-8", set())
    assert text.startswith("Été : « cœur »")
    assert text.endswith("\ufffd")


def test_seven_bit_charsets_are_decoded_though_all_bytes_are_ascii() -> None:
    assert decode("déjà".encode("utf-7"), "utf-7", set()) == "déjà"
    assert decode("日本".encode("iso2022_jp"), "iso-2022-jp", set()) == "日本"


def test_codecs_that_are_no_charsets_are_not_used() -> None:
    assert codec_for("bz2") == codec_for("unicode_escape") == codec_for("rot13") == ""


def test_body_text_keeps_lines_and_loses_what_stores_refuse() -> None:
    assert storable("a\r\nb\rc\0\x07\td\ud800") == "a\nb\nc\td\ufffd"


def test_header_text_is_one_line() -> None:
    assert one_line(" a\r\n\tb\0c\u2028d ") == "a b c d"
