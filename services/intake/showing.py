"""Make the public pages. Each function takes the door and returns one response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from markupsafe import Markup
from starlette.responses import HTMLResponse

from services.intake.answers import PAGE_ORDER, Answers, Fault
from services.intake.documents import ACCEPTED_NAMES
from services.intake.door import PATHS, Door, other
from services.intake.holding import Held
from services.intake.offices import offices_by_region
from services.intake.standing import Standing, due_days
from shared.domain.case import Case
from shared.domain.document import new_id
from shared.domain.envelope import Envelope, Language
from shared.domain.keys import status_path
from shared.pages.days import Line, line_of_days
from shared.pages.sizes import size_words
from shared.pages.texts import NBSP

#: A received page shows the address back for an hour only: screens of libraries are shared.
ADDRESS_SHOWN_SECONDS = 3600

Alert = Literal["", "down", "pace"]


@dataclass(frozen=True, slots=True)
class Try:
    """One state of the form page: what was typed, what is held, what stands in the way."""

    page_id: str = field(default_factory=new_id)
    answers: Answers = field(default_factory=Answers)
    held: Sequence[Held] = ()
    faults: Sequence[Fault] = ()
    alert: Alert = ""
    note: Markup | str = ""
    #: documents were chosen that could not be kept for the next try
    not_kept: bool = False


def form_page(door: Door, language: Language, attempt: Try, status: int = 200) -> HTMLResponse:
    """Return the form with everything that was typed, and what to correct first."""
    faults = [_worded(fault, door, language) for fault in attempt.faults]
    # The first fault of a field is shown beside it; the summary has them all.
    wrong = dict.fromkeys(PAGE_ORDER, "")
    wrong |= {fault["field"]: fault["words"] for fault in reversed(faults)}
    units = door.live_units().values()
    html = _render(
        door,
        "form.html",
        language,
        other_path=PATHS[other(language)].form,
        page_id=attempt.page_id,
        answers=attempt.answers,
        held=attempt.held,
        faults=faults,
        wrong=wrong,
        alert=attempt.alert,
        note=attempt.note,
        not_kept=attempt.not_kept,
        offices=offices_by_region(units, door.pages.texts(language)),
        limits=door.limits,
        accepted=ACCEPTED_NAMES,
    )
    headers = {"Retry-After": "60"} if attempt.alert else {}
    return HTMLResponse(html, status, headers)


def received_page(
    door: Door, language: Language, envelope: Envelope, reference: str, documents: int, path: str
) -> HTMLResponse:
    """Return the page that says: received, under this reference, answered by that day."""
    submission = envelope.submission
    address = submission.address if submission else None
    fresh = (door.clock.now() - envelope.received_at).total_seconds() < ADDRESS_SHOWN_SECONDS
    way = bool(submission and (address or submission.phone or submission.postal_address))
    dates = door.pages.dates(language)
    html = _render(
        door,
        "received.html",
        language,
        other_path=f"{PATHS[other(language)].received}/{path}",
        reference=reference,
        received_at=envelope.received_at,
        received_at_day=dates.day_of(envelope.received_at),
        documents=documents,
        line=_promise(door, envelope.received_at),
        contact_days=_contact_days(door, envelope.received_at),
        status_url=f"{door.public_url}{PATHS[language].status}/{status_path(door.keys, reference)}",
        mailed=bool(address),
        mailed_to=address if fresh else "",
        way=way,
    )
    return HTMLResponse(html)


def status_page(
    door: Door,
    language: Language,
    *,
    reference: str,
    case: Case | None,
    standing: Standing,
    path: str,
) -> HTMLResponse:
    """Return where a complaint stands; neither name nor text of the person is passed on."""
    dates = door.pages.dates(language)
    assigned_at = case.assignment.at if case and case.assignment else None
    html = _render(
        door,
        "status.html",
        language,
        other_path=f"{PATHS[other(language)].status}/{path}",
        here=f"{PATHS[language].status}/{path}",
        reference=reference,
        standing=standing,
        unit=standing.unit,
        assigned_at=assigned_at,
        assigned_day=dates.day_of(assigned_at) if assigned_at else None,
    )
    return HTMLResponse(html)


def message_page(door: Door, language: Language, name: str, status: int) -> HTMLResponse:
    """Return a page of one sentence: missing, down, or what was refused."""
    refused = name.startswith("refused.")
    html = _render(
        door,
        "message.html",
        language,
        other_path=PATHS[other(language)].form,
        title="refused.title" if refused else f"{name}.title",
        text=name if refused else f"{name}.text",
        link="refused.back" if refused else "missing.link" if name == "missing" else "",
    )
    return HTMLResponse(html, status, {"Retry-After": "60"} if status == 503 else {})


def about_page(door: Door, language: Language) -> HTMLResponse:
    """Return what we do with what people write, and how the pages can be used."""
    html = _render(door, "about.html", language, other_path=PATHS[other(language)].about)
    return HTMLResponse(html)


def sorry_page(door: Door) -> bytes:
    """Return the page of a defect of ours, made beforehand, in both languages."""
    html = _render(
        door,
        "message.html",
        "fr",
        other_path=PATHS["en"].form,
        title="sorry.title",
        text="sorry.body",
        link="",
    )
    return html.encode()


def _render(
    door: Door, template: str, language: Language, *, other_path: str, **values: object
) -> str:
    return door.pages.render(
        template,
        language,
        paths=PATHS[language],
        other=other_path,
        today=door.today(),
        main_address=door.addresses.main,
        **values,
    )


def _worded(fault: Fault, door: Door, language: Language) -> Mapping[str, str]:
    texts = door.pages.texts(language)
    values = {
        "each": size_words(door.limits.file_bytes, texts),
        "total": size_words(door.limits.total_bytes, texts),
        "files": door.limits.files,
        **fault.values,
    }
    if isinstance(values.get("most"), int):
        values["most"] = f"{values['most']:,}".replace(",", NBSP if language == "fr" else ",")
    return {"field": fault.field, "words": texts(f"fault.{fault.key}", **values)}


def _contact_days(door: Door, received: datetime) -> int:
    if door.department is None:
        return 0
    return door.department.standards.days("contact", door.department.calendar.day_of(received))


def _promise(door: Door, received: datetime) -> Line | None:
    due = due_days(door.department, received)
    if due is None or door.department is None:
        return None
    calendar = door.department.calendar
    return line_of_days(
        calendar,
        start=calendar.day_of(received),
        due=due.answer_on,
        today=calendar.day_of(door.clock.now()),
        contact=due.contact_on,
    )
