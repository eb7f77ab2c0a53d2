"""Every mail in tests/mail is read as the file beside it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.intake.reading import read

MAIL = Path(__file__).resolve().parents[3] / "mail"
NAMES = sorted(path.stem for path in MAIL.glob("*.eml"))


def test_there_are_odd_mails_and_each_says_what_is_odd() -> None:
    assert len(NAMES) >= 50
    for name in NAMES:
        assert json.loads((MAIL / f"{name}.json").read_text("utf-8"))["odd"]


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_mail_is_read_as_expected(name: str) -> None:
    expected = json.loads((MAIL / f"{name}.json").read_text("utf-8"))["expect"]
    reading = read((MAIL / f"{name}.eml").read_bytes()).model_dump(mode="json")
    wrong = {key: want for key, want in expected.items() if not _holds(key, want, reading)}
    assert not wrong, {key: reading.get(key.removesuffix("_has")) for key in wrong}


def _holds(key: str, want: Any, reading: dict[str, Any]) -> bool:
    if key.endswith("_has"):
        return want in reading[key.removesuffix("_has")]
    got = reading[key]
    if key == "defects":
        return set(want) <= set(got) if want else not got
    if isinstance(want, dict):
        return got is not None and _includes(got, want)
    if isinstance(want, list) and any(isinstance(each, dict) for each in want):
        return len(got) == len(want) and all(map(_includes, got, want))
    return bool(got == want)


def _includes(got: dict[str, Any], want: dict[str, Any]) -> bool:
    return all(got[key] == value for key, value in want.items())
