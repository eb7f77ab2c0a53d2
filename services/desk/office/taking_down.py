"""A complaint told at the counter or on the telephone becomes a message, and takes the same way as
one that came by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from services.desk.desk import Desk
from services.desk.office.conversation import Told, facts_of, oral_envelope_id
from services.desk.reception import Visitor
from services.intake.documents import Posted
from services.intake.numbering import reference_to_be
from services.intake.receiving import keep_envelope
from services.intake.statement import made, message_of, statement_of, subject_of
from shared.domain.envelope import Entered, Submission
from shared.domain.unit import Unit
from shared.pages.texts import Texts


async def take_down(
    desk: Desk,
    visitor: Visitor,
    told: Told,
    documents: Sequence[Posted],
    at: datetime,
    page_id: str,
) -> str:
    """Keep a complaint told at `at`, with what was handed in, and return its reference; raise
    Transient, with nothing kept, when that is impossible. The same page sent twice is one
    complaint."""
    department = desk.department
    unit = department.units.get(told.answers.bureau)
    main = department.addresses.main
    submission = facts_of(told, at, department.calendar)
    envelope_id = oral_envelope_id(page_id, told, documents, visitor.account.id)
    texts = desk.pages.texts(told.language)
    make = partial(_message, envelope_id, submission, told, documents, unit, at, main, texts)
    raw = await made(make, documents)
    envelope = await keep_envelope(
        raw=raw,
        channel=told.channel or "phone",
        mail_from=submission.address or "",
        rcpt_tos=(main,),
        store=desk.store,
        clock=desk.clock,
        envelope_id=envelope_id,
        submission=submission,
        entered=Entered(by=visitor.account.id, name=visitor.by),
    )
    kept = await desk.store.envelopes.raw(envelope_id)
    stored = await desk.store.envelopes.get(envelope_id)
    return await reference_to_be(stored or envelope, kept or raw, desk.store)


def _message(
    envelope_id: str,
    submission: Submission,
    told: Told,
    documents: Sequence[Posted],
    unit: Unit | None,
    at: datetime,
    to: str,
    texts: Texts,
) -> bytes:
    """Return the message. Neither the day nor who wrote it down stand in the text, where they would
    be read as words of the person."""
    how = str(texts(f"statement.aloud_{told.channel or 'phone'}"))
    back = str(texts("statement.read_back_yes"))
    statement = statement_of(
        told.answers,
        office_name=unit.name(told.language) if unit else "",
        documents=len(documents),
        texts=texts,
        more=(
            (str(texts("statement.aloud")), how),
            (str(texts("statement.read_back")), back),
        ),
    )
    return message_of(
        envelope_id=envelope_id,
        submission=submission,
        statement=statement,
        subject=subject_of(told.answers.recit, str(texts("statement.subject"))),
        documents=documents,
        to=to,
        at=at,
        door="oral",
    )
