"""Whatever can stand in a page of operations has its words, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from services.desk.app import HERE
from services.desk.operations.outgoing import ACTS, GROUPS
from services.desk.operations.places import FAULTS, TABS
from shared.domain.envelope import Channel
from shared.domain.intervention import Deed, Result
from shared.domain.notice import (
    Failure,
    NoticeAct,
    NoticeKind,
    NoticeState,
    RecipientRole,
    Way,
)
from shared.pages.rendering import HERE as SHARED
from shared.pages.texts import load_texts
from shared.topology import QUEUES


def wanted() -> Iterator[str]:
    """Yield the key of each word that a template puts together."""
    yield from (f"ops.tab_{tab or 'system'}" for tab in TABS)
    yield from (f"ops_queue.{queue.name.replace('.', '_')}" for queue in QUEUES)
    yield from (f"notices.{state}" for state in get_args(NoticeState))
    yield from (f"notices.because_{failure}" for failure in get_args(Failure))
    yield from (f"notices.by_{way}" for way in get_args(Way) if way != "mail")
    yield from (f"ops_out.role_{role}" for role in get_args(RecipientRole))
    what = get_args(NoticeAct.model_fields["what"].annotation)
    yield from (f"ops_out.act_{act}" for act in what)
    yield from (f"ops_out.{word}_{group}" for word in ("group", "note") for group in GROUPS)
    yield from (f"ops_deed.{deed}" for deed in get_args(Deed))
    yield from (f"ops_deed.result_{result}" for result in get_args(Result) if result != "done")
    yield from (f"ops_parked.by_{channel}" for channel in get_args(Channel))
    yield from (f"ops_fault.{fault}" for fault in FAULTS)
    acts = [*(f"notice_{act}" for act in ACTS), *get_args(Deed)]
    asked = [act for act in acts if act != "parked_open"]
    yield from (f"ops_act.{word}{act}" for word in ("", "note_", "go_") for act in asked)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_word_is_there(language: str) -> None:
    places = (SHARED, HERE, HERE / "operations")
    keys = load_texts(language, *(place / "texts" for place in places)).keys
    assert [key for key in wanted() if key not in keys] == []
    kinds = get_args(NoticeKind)
    assert [one for one in kinds if not {f"ops_kind.{one}", f"notices.{one}"} & keys] == []


def test_every_state_of_a_notice_stands_in_one_group() -> None:
    grouped = [state for states in GROUPS.values() for state in states]
    assert sorted(grouped) == sorted(get_args(NoticeState))
