"""The measure itself: it counts right, and fails when the reader does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.domain.reading import Reading
from tests.corpus.__main__ import main
from tests.corpus.answering import is_acknowledged, recorded_sender
from tests.corpus.figures import Figure
from tests.corpus.likeness import are_alike
from tests.corpus.reading import OverTime, Reader, faults_in, stopped_after
from tests.corpus.sets import measure

MAIL = Path(__file__).resolve().parents[2] / "mail"
PERSON = b"From: Ana <ana@x.example>\nTo: plaintes@m.example\nSubject: Plainte\n\nBonjour\n"


def test_a_folder_of_no_known_set_is_read_file_by_file() -> None:
    (measured,) = measure(MAIL)
    (figure,) = measured.figures
    assert figure.of == len(list(MAIL.glob("*.eml")))
    assert figure.misses == []
    assert main([str(MAIL)]) == 0


def pair(folder: Path, *, subject: str) -> None:
    folder.mkdir()
    (folder / "a.eml").write_bytes(PERSON)
    address = {"Address": {"List": [{"name": "Ana", "address": "ana@x.example"}]}}
    fields = [{"name": "subject", "value": {"Text": subject}}, {"name": "from", "value": address}]
    part = {"headers": fields, "body": {"Text": "Bonjour\n"}}
    tree = {"text_body": [0], "html_body": [0], "attachments": [], "parts": [part]}
    (folder / "a.json").write_text(json.dumps(tree), "utf-8")


def test_a_mail_read_as_expected_meets_the_bar(tmp_path: Path) -> None:
    pair(tmp_path / "stalwart", subject="Plainte")
    assert main([str(tmp_path)]) == 0


def test_a_mail_read_otherwise_fails_the_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(tmp_path / "stalwart", subject="Autre chose")
    assert main([str(tmp_path)]) == 1
    assert "a.eml" in capsys.readouterr().out


def test_only_the_named_set_is_measured(tmp_path: Path) -> None:
    pair(tmp_path / "stalwart", subject="Autre chose")
    (tmp_path / "enmime").mkdir()
    assert [each.set for each in measure(tmp_path, frozenset({"enmime"}))] == ["enmime"]


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2
    assert main([str(tmp_path / "nowhere")]) == 2


def test_a_bar_is_met_at_the_share_itself() -> None:
    figure = Figure("x", at_least=0.5)
    figure.count("a", "")
    figure.count("b", "not so")
    assert figure.is_met
    figure.count("c", "not so")
    assert not figure.is_met


def test_a_string_that_no_database_takes_is_a_fault() -> None:
    assert faults_in(Reading(text="a\0b")) == ["a string that cannot be stored"]
    assert faults_in(Reading(subject="\ud800")) == ["a string that cannot be stored"]
    assert faults_in(Reading(text="Été")) == []


def test_a_fault_of_the_reader_is_one_and_a_limit_is_none() -> None:
    assert faults_in(Reading(state="failed", failed_because="reader_error_KeyError"))
    assert not faults_in(Reading(state="failed", failed_because="too_many_parts"))


def forever() -> None:
    while True:
        pass


def test_a_mail_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(OverTime), stopped_after(0.05):
        forever()


def test_a_persons_mail_would_be_acknowledged_and_a_bounce_not() -> None:
    reader = Reader()
    assert is_acknowledged(PERSON, reader.read("a", PERSON))
    bounce = b"Return-Path: <>\n" + PERSON
    assert recorded_sender(bounce) == ""
    assert not is_acknowledged(bounce, reader.read("b", bounce))
    assert recorded_sender(PERSON) is None


def test_texts_are_alike_but_for_white_space_and_a_few_signs() -> None:
    assert are_alike("un  deux\ntrois", "un deux trois")
    assert are_alike("a" * 99 + "b", "a" * 100)
    assert not are_alike("Bonjour", "Au revoir")
