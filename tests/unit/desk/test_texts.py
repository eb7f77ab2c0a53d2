"""Every kind and state of a notice has its words on the page of a case, in both languages."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from services.desk.acts import ACTS
from services.desk.casefile import CaseFile
from shared.domain.assignment import HeldReason, Refusal
from shared.domain.envelope import Language
from shared.domain.notice import NoticeKind, NoticeState
from shared.pages.texts import load_texts
from tests.conftest import ROOT
from tests.pages_samples import NOW, assigned_case, department

FOLDER = ROOT / "services" / "desk" / "texts"
#: The code of a refusal, where it is raised.
REFUSED = re.compile(r'Refused\(\s*"(\w+)"')


@pytest.mark.parametrize("language", get_args(Language))
def test_no_notice_and_no_reason_lacks_words(language: Language) -> None:
    wanted = {
        *(f"notices.{kind}" for kind in get_args(NoticeKind)),
        *(f"notices.{state}" for state in get_args(NoticeState)),
        *(f"history.sent_{kind}" for kind in get_args(NoticeKind)),
        *(f"held.{reason}" for reason in get_args(HeldReason)),
    }
    assert wanted - load_texts(language, FOLDER).keys == set()


@pytest.mark.parametrize("language", get_args(Language))
def test_every_reason_for_holding_has_its_word_in_the_sorting_queue(language: Language) -> None:
    keys = load_texts(language, FOLDER.parent / "office" / "texts").keys
    assert [one for one in get_args(HeldReason) if f"reason.{one}" not in keys] == []


def test_the_history_tells_of_digests_refusals_and_contact() -> None:
    sample = assigned_case()
    told = sample.notices[0].changed(id="t", kind="late", state="in_digest", digest_id="d")
    refusal = Refusal(at=NOW, unit_id="x", by="Lise", because="b", had_since=NOW)
    case = sample.case.changed(refusals=(refusal,), contacted_at=NOW, contacted_by="Lise")
    file = CaseFile(
        case=case, messages=[], notices=[told], reads=0, department=department(), now=NOW
    )
    told_of = {(one.key, one.about) for one in file.history}
    assert {("in_digest", told.recipient), ("refused", "x"), ("contacted", "")} <= told_of


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("section", ["act", "act_note", "act_go", "done"])
def test_every_act_has_its_words(language: str, section: str) -> None:
    missing = [
        name for name in ACTS if f"{section}.{name}" not in load_texts(language, FOLDER).keys
    ]
    assert missing == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_that_an_act_can_meet_is_said_in_words(language: str) -> None:
    modules = [
        "acting",
        "keeping",
        "noting",
        "refusing",
        "escalating",
        "performing",
        "carrying_out",
    ]
    files = [ROOT / "services/desk" / f"{name}.py" for name in modules]
    files.append(ROOT / "services/router/handover.py")
    said = {code for file in files for code in REFUSED.findall(file.read_text("utf-8"))}
    assert len(said) > 20
    never = {"who"}  # an account always has a name
    assert {
        code for code in said - never if f"refused.{code}" not in load_texts(language, FOLDER).keys
    } == set()
