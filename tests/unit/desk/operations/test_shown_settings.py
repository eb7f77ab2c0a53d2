"""Settings on a page: no name, no password, no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.desk.operations.shown_settings import (
    ADDRESSES,
    PLAIN,
    Shown,
    shown_settings,
    without_secrets,
)
from shared.runtime.settings import Settings


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("smtp://nom:secret@relais.example:25?tls=required", "smtp://relais.example:25"),
        ("mongodb://u:p@a.example,b.example/recours?authSource=x", "mongodb://a.example,b.example/recours"),
        ("amqps://u:p%40@file.example/recours", "amqps://file.example/recours"),
        ("sqlite:///var/recours.db", "sqlite:///var/recours.db"),
        ("file:var/outgoing", "file:var/outgoing"),
        ("smtp://u:p@ss/wo?rd#x@relais.example:25", "smtp://relais.example:25"),
        ("smtps://[broken", "smtps://[broken"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_name_password_and_options(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


def test_a_setting_that_nobody_named_is_not_shown() -> None:
    settings = Settings(secret_file=Path("var/secret"))
    shown = {one.variable: one for one in shown_settings(settings)}
    assert shown["RECOURS_SECRET_FILE"] == Shown("RECOURS_SECRET_FILE", "hidden", "", True)
    assert shown["RECOURS_READERS"] == Shown("RECOURS_READERS", "value", "1", False)
    assert shown["RECOURS_CLAMD"].how == "nothing"


def test_every_setting_has_its_line_and_no_name_is_of_the_past() -> None:
    assert len(shown_settings(Settings())) == len(Settings.model_fields)
    assert set(Settings.model_fields) >= PLAIN | ADDRESSES
