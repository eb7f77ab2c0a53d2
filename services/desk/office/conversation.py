"""A complaint told aloud, as one of ours typed it: checked like the public form, and what a
conversation adds to that. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.intake.answers import Answers, Fault, faults_in, read_answers, submission_of
from services.intake.documents import Posted
from services.intake.limits import FormLimits
from services.intake.statement import content_digest
from shared.department import Addresses
from shared.domain.calendar import Calendar, utc
from shared.domain.document import Value, derived_id
from shared.domain.envelope import Language, Submission

Aloud = Literal["phone", "counter"]
#: A conversation longer ago than this is a slip in the year more often than not.
OLDEST = timedelta(days=366)
#: Field ids in the order of the page: the summary of errors follows it.
ORDER = (
    "canal",
    "jour",
    "heure",
    "recit",
    "relu",
    "quand",
    "bureau",
    "lieu",
    "documents",
    "nom",
    "organisme",
    "courriel",
    "tel",
    "adresse",
)


class Told(Value):
    """The page as typed; what it shows again, whatever else happens."""

    answers: Answers = Answers()
    channel: Aloud | None = None
    day: str = ""
    hour: str = ""
    language: Language = "fr"
    read_back: bool = False


def read_told(posted: Mapping[str, list[str]]) -> Told:
    """Return the page as typed; unknown choices count as none."""

    def line(name: str) -> str:
        return " ".join((posted.get(name) or [""])[0].split())[:40]

    channel = line("canal")
    return Told(
        answers=read_answers(posted),
        channel="phone" if channel == "phone" else "counter" if channel == "counter" else None,
        day=line("jour"),
        hour=line("heure"),
        language="en" if line("langue") == "en" else "fr",
        read_back=bool(line("relu")),
    )


def said_at(told: Told, calendar: Calendar) -> datetime | None:
    """Return the moment of the conversation, or None when day and hour do not make one."""
    try:
        day = date.fromisoformat(told.day)
        hour = time.fromisoformat(told.hour)
    except ValueError:
        return None
    local = datetime.combine(day, hour.replace(tzinfo=None), ZoneInfo(calendar.time_zone))
    return utc(local)


def faults_of(
    told: Told,
    *,
    addresses: Addresses,
    offices: frozenset[str],
    calendar: Calendar,
    now: datetime,
    limits: FormLimits,
    of_documents: Sequence[Fault] = (),
) -> list[Fault]:
    """Return what must be corrected before it is kept, in page order."""
    faults = faults_in(
        told.answers,
        addresses=addresses,
        offices=offices,
        today=calendar.day_of(now),
        limits=limits,
    )
    faults += of_documents
    faults += _when_faults(told, calendar, now)
    if told.channel is None:
        faults.append(Fault("canal", "channel_missing"))
    if not told.read_back:
        faults.append(Fault("relu", "not_read_back"))
    return sorted(faults, key=lambda fault: ORDER.index(fault.field))


def _when_faults(told: Told, calendar: Calendar, now: datetime) -> list[Fault]:
    at = said_at(told, calendar)
    if at is None:
        return [Fault("heure" if _is_day(told.day) else "jour", "when_missing")]
    if at > now:
        return [Fault("jour", "when_to_come")]
    return [Fault("jour", "when_long_ago")] if now - at > OLDEST else []


def _is_day(typed: str) -> bool:
    try:
        date.fromisoformat(typed)
    except ValueError:
        return False
    return True


def facts_of(told: Told, at: datetime, calendar: Calendar) -> Submission:
    """Return the checked facts of a page that has no fault; its days count from `at`."""
    submission = submission_of(told.answers, language=told.language, today=calendar.day_of(at))
    return submission.model_copy(update={"said_at": at})


def oral_envelope_id(page_id: str, told: Told, documents: Sequence[Posted], account_id: str) -> str:
    """Return the envelope's id: the same for the same page with the same content, only then."""
    return derived_id("oral", account_id, page_id, content_digest(told, documents))


def answered_by(told: Told) -> Literal["mail", "post", "phone", "none"]:
    """Return how the acknowledgement goes out: by mail if it can, else as a letter, else a call."""
    answers = told.answers
    if answers.courriel:
        return "mail"
    if answers.adresse:
        return "post"
    return "phone" if answers.tel else "none"
