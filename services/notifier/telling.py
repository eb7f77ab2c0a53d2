"""case.assigned | case.held | message.added → the notices they call for, kept and requested.

Each notice is saved with its mail and the event that sends it in one write, and sent at once while
the relay takes mail without delay (`at_once`). Handling the same event again finds the ids taken
and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from services.notifier.budgets import Budget, budgets_for
from services.notifier.composing import compose
from services.notifier.letter import Letter, Letterhead
from services.notifier.notices import (
    IN_TEXT_ONLY,
    CaseEvent,
    Owed,
    message_id_for,
    notices_for,
    unsendable,
)
from shared.domain.keys import verp_address
from shared.domain.notice import Notice, Way
from shared.domain.way import way_to, way_without_mail
from shared.errors import Poison
from shared.events import requested

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.notifier.at_once import AtOnce
    from services.notifier.rendering import Renderer
    from shared.department import Department
    from shared.domain.case import Case
    from shared.domain.keys import Keys
    from shared.ports.clock import Clock
    from shared.ports.store import Store

_log = logging.getLogger(__name__)

#: Budget keys of notices whose save is under way in this process: no count in the store sees them
#: yet, and a flood has dozens in hand at once. Empty whenever nothing is under way.
#:
#: What other notifiers have under way nobody sees: each lets a notice through only while those in
#: the store and its own are fewer than the limit, so each lets through the limit at most, and all
#: together the limit times their number, within one moment. Exact counts would cost every
#: acknowledgement a write on a document that all of them share.
_under_way: Counter[str] = Counter()


async def tell_case(
    event: CaseEvent,
    *,
    store: Store,
    clock: Clock,
    department: Department,
    keys: Keys,
    renderer: Renderer,
    public_url: str,
    desk_url: str,
    at_once: AtOnce | None = None,
) -> None:
    """Keep every notice that the event calls for, and send it `at_once` where that can be; raise
    Transient when the store cannot.

    The URLs are bases of links, without a slash at the end.
    """
    case = await store.cases.get(event.case_id)
    if case is None:
        raise Poison("case_not_found", f"case {event.case_id} of an event is not in the store")
    head = Letterhead(department, keys, public_url.rstrip("/"), desk_url.rstrip("/"))
    now = clock.now()
    keep = partial(
        keep_letter, case=case, head=head, renderer=renderer, store=store, now=now, at_once=at_once
    )

    async def tell(owed: Owed) -> None:
        letter = compose(owed.kind, case, head, now, act=owed.act, recipient=owed.recipient)
        await keep(letter, owed)

    await asyncio.gather(*(tell(one) for one in notices_for(case, event, department)))


async def keep_letter(
    letter: Letter,
    owed: Owed,
    case: Case,
    *,
    head: Letterhead,
    renderer: Renderer,
    store: Store,
    now: datetime,
    covers: tuple[str, ...] = (),
    at_once: AtOnce | None = None,
) -> bool:
    """Keep a letter as the notice that is owed, to be sent or withheld; return False when it is
    there already. `covers` are the notices that a digest tells. Who has `at_once` sends it too."""
    message_id = message_id_for(owed.notice_id, head.keys, head.department)
    mail = renderer.render(letter, message_id=message_id, at=now)
    way = _carried_way(letter, case)
    with _reserved(() if way else budgets_for(letter, case, now)) as budgets:
        because = (
            ""
            if way
            else (
                unsendable(letter.recipient, head.department)
                or (IN_TEXT_ONLY if _waits_for_a_person(letter, case) else "")
                or await _over(budgets, store)
            )
        )
        outcome: dict[str, str] = (
            {"state": "withheld", "withheld_because": because}
            if because
            else {budget.field: budget.key for budget in budgets}
        )
        if way:
            outcome = {"state": "to_print", "way": way}
        notice = notice_of(
            owed, letter, case, head, now, message_id=message_id, subject=mail.subject, **outcome
        ).changed(covers=covers)
        begun = None if because or way or at_once is None else at_once.begun(notice)
        if begun is not None:
            added = await store.notices.add(begun, raw=mail.raw, emit_later=[requested(begun)])
        else:
            emit = [] if because or way else [requested(notice)]
            added = await store.notices.add(notice, raw=mail.raw, emit=emit)
        if added and because:
            _log.warning("notice withheld", extra={"notice_id": notice.id, "because": because})
    if added and begun is not None and at_once is not None:
        await at_once.send(begun.changed(version=1), mail.raw)
    return added


def _carried_way(letter: Letter, case: Case) -> Way | None:
    """Return how a person carries the letter, None when it goes by mail."""
    if letter.role != "complainant":
        return None
    way = way_without_mail(case) if letter.automatic else way_to(case)
    return None if way == "mail" else way


def _waits_for_a_person(letter: Letter, case: Case) -> bool:
    """Tell whether somebody must look at the address first; who wrote the letter already did."""
    return letter.role == "complainant" and letter.automatic and bool(case.silent_because)


@contextmanager
def _reserved(budgets: tuple[Budget, ...]) -> Iterator[dict[Budget, int]]:
    """Yield how many notices under way were there before this one, for each budget."""
    before = {budget: _under_way[budget.key] for budget in budgets}
    _under_way.update(budget.key for budget in budgets)
    try:
        yield before
    finally:
        _under_way.subtract(budget.key for budget in budgets)
        for budget in budgets:
            if not _under_way[budget.key]:
                del _under_way[budget.key]


async def _over(budgets: dict[Budget, int], store: Store) -> str:
    """Return the name of the budget that has nothing left, or ""."""
    counts = await asyncio.gather(*(store.notices.count(budget.spent) for budget in budgets))
    spent = zip(budgets.items(), counts, strict=True)
    over = (one.because for (one, before), count in spent if count + before >= one.limit)
    return next(over, "")


def notice_of(
    owed: Owed, letter: Letter, case: Case, head: Letterhead, now: datetime, **fields: str
) -> Notice:
    """Return the notice of a letter; `fields` are the rest of it.

    Automatic mail to a person has the null sender (RFC 3834 section 3.3); the rest a return
    path of its own, so that a bounce finds its notice.
    """
    main = head.department.addresses.main
    null_sender = letter.role == "complainant" and letter.automatic
    decided = case.assignment or case.held
    return Notice(
        id=owed.notice_id,
        case_id=case.id,
        kind=owed.kind,
        role=letter.role,
        recipient=letter.recipient,
        language=letter.languages[0],
        return_path="" if null_sender else verp_address(head.keys, owed.notice_id, main),
        created_at=now,
        policy_version=case.policy_version or head.department.policy_version,
        rules_version=decided.rules_version if decided else "",
        **fields,
    )
