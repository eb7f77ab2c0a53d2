"""What is done at the desk beside the acts on a case, by the keyboard alone."""

from __future__ import annotations

from functools import partial

from playwright.sync_api import expect

from services.desk.paths import PATHS
from shared.domain.account import Account, Mandate
from shared.domain.case import Case
from shared.ports.query import Equal, Query
from tests.at_the_desk import account
from tests.browser.hands import Hands
from tests.browser.rows import Do, Kept, Row
from tests.browser.rows_of_cases import sensitive
from tests.browser.whole_desk import PASSWORD, WholeDesk
from tests.desk_people import another_held, in_tray
from tests.pages_samples import OFFICE, Sample, assigned_case, department

ROOTS = PATHS["fr"]
STORY = "Personne ne m’a rappelée depuis trois semaines."
OTHER = "DR-16"
TO_SORT, TO_NAME, UNWANTED = another_held(71), another_held(72), in_tray(73, "spam")
ALARMING = assigned_case(name="Plaignante à protéger")


async def keep(sample: Sample, desk: WholeDesk) -> None:
    await sample.keep(desk.system.store)


async def keep_alarming(desk: WholeDesk) -> None:
    await desk.system.store.cases.add(sensitive(ALARMING.case, desk.people))


def unit_is(sample: Sample, unit: str, desk: WholeDesk) -> bool:
    return desk.case(sample.case).unit_id == unit


# Sorting


def _sort(hands: Hands, desk: WholeDesk) -> None:
    """The first candidate of a case that is opened from the queue."""
    case, t = TO_SORT.case, hands.t
    desk.open(hands, f"{PATHS[hands.language].sorting}?plainte={case.reference}")
    hands.skip()
    unit = department().units[OTHER].name(hands.language)
    hands.send(f"{t('sorting.assign')} {t('sorting.to', unit=unit)}")
    expect(hands.page.locator("p.done")).to_contain_text(case.reference)


def _sort_by_name(hands: Hands, desk: WholeDesk) -> None:
    """Another unit than the candidates: a name that no unit has, then one that a unit has."""
    case, t = TO_NAME.case, hands.t
    desk.open(hands, f"{PATHS[hands.language].sorting}?plainte={case.reference}")
    hands.skip()
    hands.unfold(t("sorting.other"))
    hands.write(t("sorting.unit"), "Atlantide", role="combobox")
    hands.send(f"{t('sorting.assign')} {case.reference}")
    hands.mend()
    hands.write(t("sorting.unit"), OTHER, role="combobox")
    hands.write(t("sorting.because"), "Elle y a été servie.")
    hands.send(f"{t('sorting.assign')} {case.reference}")


def _set_aside(hands: Hands, desk: WholeDesk) -> None:
    """From the queue to its tray, and one mail of it."""
    t = hands.t
    desk.open(hands, PATHS[hands.language].sorting)
    hands.skip()
    hands.go(hands.page.get_by_role("link", name=str(t("tray.spam"))))
    hands.skip()
    hands.tick(UNWANTED.case.complainant.name or t("desk.nobody"))
    hands.send(t("tray.aside_spam"))


# A complaint told by telephone


def _enter(hands: Hands, desk: WholeDesk) -> None:
    t = hands.t
    desk.open(hands, PATHS[hands.language].new)
    hands.skip()
    hands.pick(t("channel.phone"))
    hands.write(t("oral_field.recit"), STORY)
    hands.write(t("oral_field.tel"), "450 555-0142")
    hands.send(t("oral.keep"))
    hands.mend()  # leads to what was left out: that it was read back
    hands.tick(t("oral_field.relu"))
    hands.send(t("oral.keep"))
    expect(hands.page.locator("h1")).to_have_text(str(t("oral.received")))


def _is_entered(desk: WholeDesk) -> bool:
    kept = desk.tell(desk.system.store.envelopes.find(Query(sort="received_at")))
    aloud = [one.id for one in kept if one.channel == "phone"]
    raw = desk.tell(desk.system.store.envelopes.raw(aloud[0])) if aloud else None
    return raw is not None and b"450" in raw


# Accounts


def _invite(hands: Hands, desk: WholeDesk) -> None:
    t = hands.t
    desk.open(hands, PATHS[hands.language].accounts)
    hands.skip()
    hands.follow(t("accounts.invite"))
    hands.skip()
    hands.write(t("accounts.full_name"), "Lise Essai")
    hands.write(t("accounts.name"), "lise essai")
    hands.pick(t("person.language_en"))
    hands.choose(t("accounts.role"), "agent")
    hands.choose(t("accounts.unit"), OFFICE)
    hands.send(t("accounts.make"))
    hands.mend()
    hands.write(t("accounts.name"), "lise")
    hands.send(t("accounts.make"))
    expect(hands.page.locator("code")).to_contain_text("/link/")


def _is_invited(desk: WholeDesk) -> bool:
    (lise,) = desk.tell(desk.system.store.accounts.find(Query(Equal("name", "lise"))))
    return lise.mandates == (Mandate(role="agent", unit_id=OFFICE),) and lise.language == "en"


async def keep_account(act: str, desk: WholeDesk) -> None:
    await desk.welcome(account(f"paul.{act}", "agent", OFFICE))


def account_of(act: str, desk: WholeDesk) -> Account:
    found = desk.tell(desk.system.store.accounts.get(desk.people[f"paul.{act}"].id))
    assert found is not None
    return found


def _on_account(act: str, hands: Hands, desk: WholeDesk) -> None:
    """From the list to somebody's account, and one act on it."""
    t, who = hands.t, desk.people[f"paul.{act}"]
    desk.open(hands, PATHS[hands.language].accounts)
    hands.skip()
    hands.follow(who.full_name)
    hands.skip()
    match act:
        case "withdraw":
            hands.go(hands.page.get_by_role("button", name=str(t("accounts.withdraw"))))
        case "add":
            hands.send(t("accounts.give"))
            hands.mend()
            hands.choose(t("accounts.role"), "manager")
            hands.choose(t("accounts.unit"), "DR-06")
            hands.send(t("accounts.give"))
        case "sessions":
            hands.send(t("accounts.end_sessions"))
        case "link":
            hands.send(t("accounts.new_link"))
        case _:
            hands.send(t("accounts.close"))


def _account_is(act: str, desk: WholeDesk) -> bool:
    now = account_of(act, desk)
    told = {
        "withdraw": now.mandates == (),
        "add": Mandate(role="manager", unit_id="DR-06") in now.mandates,
        "sessions": now.sessions_from is not None,
        "link": now.link is not None,
        "close": now.closed_at is not None,
    }
    return told[act]


# What is told to an authority


def _confirm(hands: Hands, desk: WholeDesk) -> None:
    desk.open(hands, PATHS[hands.language].sensitive)
    hands.skip()
    hands.send(f"{hands.t('act.confirm')} {ALARMING.case.reference}")


def _is_confirmed(desk: WholeDesk) -> bool:
    receipt = desk.case(ALARMING.case).receipt
    return receipt is not None and receipt.by == "Authority"


# In and out


async def keep_password(desk: WholeDesk) -> None:
    desk.people["mot"] = await desk.with_password("mot", "agent", OFFICE)


def _sign_in(hands: Hands, desk: WholeDesk) -> None:
    t = hands.t
    desk.open(hands, PATHS[hands.language].cases)
    for password in ("ce n’est pas le bon", PASSWORD):
        hands.write(t("enter.name"), "mot")
        hands.write(t("enter.password"), password)
        hands.send(t("enter.go"))
        if password != PASSWORD:
            hands.is_told_what_is_wrong()
    expect(hands.page.locator("h1")).to_have_text(str(t("cases.title")))


def _has_session(name: str, desk: WholeDesk) -> bool:
    mine = Equal("account_id", desk.people[name].id)
    found = desk.tell(desk.system.store.sessions.find(Query(mine)))
    return bool(found) and all(one.ended_at is None for one in found)


async def keep_link(desk: WholeDesk) -> None:
    desk.secrets["lien"] = await desk.with_link("lien")


def _use_link(hands: Hands, desk: WholeDesk) -> None:
    t = hands.t
    desk.open(hands, f"{PATHS[hands.language].link}/{desk.secrets['lien']}")
    hands.write(t("link.password"), PASSWORD)
    hands.write(t("link.again"), "une autre")
    hands.send(t("enter.go"))
    hands.mend()
    hands.write(t("link.password"), PASSWORD)
    hands.write(t("link.again"), PASSWORD)
    hands.send(t("enter.go"))
    # In the language of the account, whatever that of the link
    expect(hands.page).to_have_url(f"{desk.address}{ROOTS.cases}")


def _has_password(desk: WholeDesk) -> bool:
    (found,) = desk.tell(desk.system.store.accounts.find(Query(Equal("name", "lien"))))
    return found.password_hash is not None and found.link is None


async def keep_leaver(name: str, desk: WholeDesk) -> None:
    desk.secrets[name] = await desk.welcome(account(name, "agent", OFFICE))


def _sign_out(hands: Hands, desk: WholeDesk) -> None:
    desk.open(hands, PATHS[hands.language].cases)
    hands.send(hands.t("nav.sign_out"))
    expect(hands.page.locator("#h-enter")).to_be_visible()


def _is_out(desk: WholeDesk) -> bool:
    mine = Equal("account_id", desk.people["sortante"].id)
    return all(one.ended_at for one in desk.tell(desk.system.store.sessions.find(Query(mine))))


def _end_all(hands: Hands, desk: WholeDesk) -> None:
    desk.open(hands, PATHS[hands.language].cases)
    hands.follow("Prudente")
    hands.skip()
    hands.send(hands.t("own.end_all"))
    expect(hands.page.locator("#h-enter")).to_be_visible()


def _are_ended(desk: WholeDesk) -> bool:
    found = desk.tell(desk.system.store.accounts.get(desk.people["prudente"].id))
    return found is not None and found.sessions_from is not None


def _account_row(act: str) -> Row:
    do, kept = partial(_on_account, act), partial(_account_is, act)
    path = f"{ROOTS.accounts}/{{account_id}}/{act}"
    return Row(path, "office", do, kept, partial(keep_account, act))


def _sorted_row(sample: Sample, do: Do, note: str = "") -> Row:
    kept: Kept = partial(unit_is, sample, OTHER)
    return Row(f"{ROOTS.sorting}/{{reference}}", "office", do, kept, partial(keep, sample), note)


def _is_aside(desk: WholeDesk) -> bool:
    case: Case = desk.case(UNWANTED.case)
    return case.state == "closed" and case.set_aside is not None


OFFICE_ROWS = (
    _sorted_row(TO_SORT, _sort),
    _sorted_row(TO_NAME, _sort_by_name, "by name"),
    Row(f"{ROOTS.sorting}/aside", "office", _set_aside, _is_aside, partial(keep, UNWANTED)),
    Row(ROOTS.new, "agent", _enter, _is_entered),
    Row(f"{ROOTS.accounts}/invite", "office", _invite, _is_invited),
    *(_account_row(act) for act in ("withdraw", "add", "sessions", "close", "link")),
    Row(
        f"{ROOTS.sensitive}/{{reference}}/confirm",
        "authority",
        _confirm,
        _is_confirmed,
        keep_alarming,
    ),
    Row(ROOTS.sign_in, "", _sign_in, partial(_has_session, "mot"), keep_password),
    Row(f"{ROOTS.link}/{{account_id}}/{{secret}}", "", _use_link, _has_password, keep_link),
    Row(ROOTS.sign_out, "sortante", _sign_out, _is_out, partial(keep_leaver, "sortante")),
    Row(ROOTS.sessions, "prudente", _end_all, _are_ended, partial(keep_leaver, "prudente")),
)
