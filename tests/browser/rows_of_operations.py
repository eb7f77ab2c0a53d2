"""What operations do, and the complaints office beside them, by the keyboard alone."""

from __future__ import annotations

from functools import partial

from services.desk.operations.dead_letters import ACTS as LETTER_ACTS
from services.desk.operations.outgoing import ACTS as NOTICE_ACTS
from services.desk.paths import PATHS
from shared.domain.intervention import Deed
from shared.ports.query import Equal, Query
from tests.browser.hands import Hands
from tests.browser.rows import Row
from tests.browser.whole_desk import WholeDesk
from tests.operating import ASSIGNING, OPENING, bury, notice, opened, park
from tests.pages_samples import assigned_case

ROOT = PATHS["fr"].operations
WHY = "La base était partie."
AGAIN, BY_HAND = (f"e2f91000-0000-4000-8000-00000000007{number}" for number in (1, 2))
INTO = assigned_case(name="Plaignante d’un courriel mis à part")
#: The state in which each act on a notice is possible, and the one that it leaves.
NOTICES = {
    "retry": ("temporary", "created"),
    "release": ("withheld", "created"),
    "stop": ("created", "withheld"),
    "posted": ("to_print", "printed"),
    "told": ("to_print", "told"),
}
NUMBERS = {act: 70 + number for number, act in enumerate(NOTICES)}


def place(hands: Hands, path: str = "") -> str:
    return f"{PATHS[hands.language].operations}{path}"


def say_why(hands: Hands, go: str) -> None:
    """Send the page without a reason, then with one."""
    hands.skip()
    hands.send(hands.t(go))
    hands.mend()
    hands.write(hands.t("ops_act.because"), WHY)
    hands.send(hands.t(go))


def is_recorded(deed: Deed, about: str, desk: WholeDesk) -> bool:
    where = Query(Equal("about", about))
    found = desk.tell(desk.system.store.interventions.find(where))
    return [(one.deed, one.because, one.result) for one in found if one.deed == deed] == [
        (deed, WHY, "done")
    ]


# Dead letters


async def bury_one(act: str, desk: WholeDesk) -> None:
    desk.secrets[act] = await bury(desk.system.bus, opened(f"by-keys-{act}"), queue=ASSIGNING)


def _end_letter(act: str, hands: Hands, desk: WholeDesk) -> None:
    """From the list, by the page of the letter, to the one that asks why."""
    desk.open(hands, place(hands, "/dead"))
    hands.skip()
    hands.follow(f"{hands.t('ops_dead.look')} {desk.secrets[act]}")
    hands.skip()
    hands.follow(hands.t(f"ops_act.go_dead_{act}"))
    say_why(hands, f"ops_act.go_dead_{act}")


def _is_ended(act: str, desk: WholeDesk) -> bool:
    lying = desk.tell(desk.system.bus.dead_letters(ASSIGNING))
    deed: Deed = "dead_requeue" if act == "requeue" else "dead_discard"
    id_ = desk.secrets[act]
    return id_ not in [one.id for one in lying] and is_recorded(deed, id_, desk)


# Parked mail


async def park_one(id_: str, desk: WholeDesk) -> None:
    await park(desk.system, id_)


async def park_with_case(desk: WholeDesk) -> None:
    await park_one(BY_HAND, desk)
    await INTO.keep(desk.system.store)


def _read_again(hands: Hands, desk: WholeDesk) -> None:
    desk.open(hands, place(hands, "/parked"))
    hands.skip()
    hands.follow(AGAIN)
    hands.skip()
    hands.follow(hands.t("ops_act.go_parked_again"))
    say_why(hands, "ops_act.go_parked_again")


def _is_read_again(desk: WholeDesk) -> bool:
    lying = desk.tell(desk.system.bus.dead_letters(OPENING))
    waiting = [one for one in lying if AGAIN in one.body]
    return not waiting and is_recorded("parked_again", AGAIN, desk)


def _file_by_hand(hands: Hands, desk: WholeDesk) -> None:
    """Open the mail, then file it: with no reference, then with that of a case."""
    t = hands.t
    desk.open(hands, place(hands, f"/parked/{BY_HAND}"))
    hands.skip()
    hands.follow(t("ops_parked.open"))
    hands.skip()
    hands.follow(t("ops_act.go_parked_file"))
    hands.skip()
    hands.write(t("ops_act.reference"), "26-0000")
    hands.write(t("ops_act.because"), WHY)
    hands.send(t("ops_act.go_parked_file"))
    hands.mend()
    hands.write(t("ops_act.reference"), INTO.case.reference)
    hands.send(t("ops_act.go_parked_file"))


def _is_filed(desk: WholeDesk) -> bool:
    envelope = desk.tell(desk.system.store.envelopes.get(BY_HAND))
    assert envelope is not None
    return envelope.outcome_kind == "added" and BY_HAND in desk.case(INTO.case).envelope_ids


# Outgoing mail


async def keep_notice(act: str, desk: WholeDesk) -> None:
    state, _ = NOTICES[act]
    fields = {"way": "post"} if state == "to_print" else {}
    one = notice(state, NUMBERS[act], withheld_because="spam", **fields)
    await desk.system.store.notices.add(one, raw=b"Subject: x\r\n\r\nx")


def _decide(act: str, hands: Hands, desk: WholeDesk) -> None:
    """From the list of its group to the notice, and what is decided about it."""
    t, id_ = hands.t, notice("created", NUMBERS[act]).id
    groups = {"temporary": "waiting", "created": "waiting"}
    state, _ = NOTICES[act]
    desk.open(hands, place(hands, f"/outgoing?groupe={groups.get(state, state)}"))
    hands.skip()
    hands.go(hands.page.locator(f"main a[href$='{id_}']"))
    hands.skip()
    hands.follow(t(f"ops_act.go_notice_{act}"))
    hands.skip()
    hands.send(t(f"ops_act.go_notice_{act}"))


def _is_decided(act: str, desk: WholeDesk) -> bool:
    now = desk.tell(desk.system.store.notices.get(notice("created", NUMBERS[act]).id))
    return now is not None and now.state == NOTICES[act][1] and now.acts[-1].by == "Operations"


# What is begun, and looked at when it has ended


def _prove(hands: Hands, desk: WholeDesk) -> None:
    desk.open(hands, place(hands))
    hands.skip()
    hands.send(hands.t("ops_ledger.prove"))


def _check(hands: Hands, desk: WholeDesk) -> None:
    desk.open(hands, place(hands, "/settings"))
    hands.skip()
    hands.send(hands.t("ops_set.begin"))


def _letter_row(act: str) -> Row:
    path = f"{ROOT}/dead/{{queue}}/{{letter_id}}/{act}"
    do, kept = partial(_end_letter, act), partial(_is_ended, act)
    return Row(path, "operations", do, kept, partial(bury_one, act))


def _notice_row(act: str) -> Row:
    path = f"{ROOT}/outgoing/{{notice_id}}/{act}"
    do, kept = partial(_decide, act), partial(_is_decided, act)
    return Row(path, "operations", do, kept, partial(keep_notice, act))


OPERATIONS_ROWS = (
    *(_letter_row(act) for act in LETTER_ACTS),
    Row(
        f"{ROOT}/parked/{{envelope_id}}/again",
        "operations",
        _read_again,
        _is_read_again,
        partial(park_one, AGAIN),
    ),
    Row(
        f"{ROOT}/parked/{{envelope_id}}/file",
        "office",
        _file_by_hand,
        _is_filed,
        park_with_case,
    ),
    *(_notice_row(act) for act in NOTICE_ACTS),
    Row(
        f"{ROOT}/ledger",
        "operations",
        _prove,
        lambda desk: desk.system.watch.ledger.ended_at is not None,
    ),
    Row(
        f"{ROOT}/settings/check",
        "operations",
        _check,
        lambda desk: desk.system.watch.tables.ended_at is not None,
    ),
)
