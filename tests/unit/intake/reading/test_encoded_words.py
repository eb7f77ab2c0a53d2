"""Encoded words in every shape that arrives."""

from __future__ import annotations

import pytest

from services.intake.reading.encoded_words import decode_words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Bonjour", "Bonjour"),
        ("=?utf-8?Q?D=C3=A9lai_long?=", "Délai long"),
        ("=?UTF-8?b?RMOpbGFp?= urgent", "Délai urgent"),
        ("=?iso-8859-1?q?D=E9lai?= =?iso-8859-1?q?_long?=", "Délai long"),
        ("=?utf-8?B?RMM=?= =?utf-8?B?qWxhaQ==?=", "Délai"),
        ("=?utf-8?B?RMOpbGFp?=\r\n =?iso-8859-1?Q?_=E0?=", "Délai à"),
        ("Re:=?utf-8?Q?D=C3=A9lai?=!", "Re:Délai!"),
        ("=?iso-8859-1*fr?q?D=E9lai?=", "Délai"),
        ("=?utf-8?Q?o=C3=B9 est-ce ??=", "où est-ce ?"),
        ("=?utf-8?Q?sans_fin", "sans fin"),
        ("=?utf-8?B?RMOpbGFp", "Délai"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("a =? b", "a =? b"),
    ],
)
def test_an_encoded_word_is_decoded(written: str, meant: str) -> None:
    assert decode_words(written, set()) == meant


def test_an_unknown_charset_is_a_defect_and_still_gives_text() -> None:
    defects: set[str] = set()
    assert decode_words("=?nonsense?Q?D=E9lai?=", defects) == "Délai"
    assert defects == {"unknown_charset"}
