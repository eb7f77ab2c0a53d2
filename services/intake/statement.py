"""A submission as a MIME message: what the form says, readable by anybody, documents beside it.

The same page sent twice gives the same body, byte for byte, so that it stays one complaint.
"""

from __future__ import annotations

import asyncio
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from email import encoders
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from io import BytesIO
from typing import Literal

from services.intake.answers import Answers
from services.intake.documents import MEDIA_TYPES, Posted
from shared.domain.document import Value, derived_id
from shared.domain.envelope import Submission
from shared.pages.texts import Texts

#: Base64 of this many bytes takes about 5 ms: more is made in a thread.
INLINE_BYTES = 256 * 1024


def envelope_id_for(page_id: str, answers: Answers, documents: Sequence[Posted]) -> str:
    """Return the envelope's id: the same for the same page with the same content, only then.

    A page whose words were changed before it was sent again is another envelope: nothing that
    a person wrote may be taken for a double and dropped.
    """
    return derived_id("form", page_id, content_digest(answers, documents))


def content_digest(said: Value, documents: Sequence[Posted]) -> str:
    """Return what tells two sendings of one page apart: its answers and its documents."""
    digest = hashlib.sha256(said.model_dump_json().encode())
    for document in documents:
        digest.update(f"\x1f{document.name}\x1f{document.size}\x1f".encode())
        digest.update(hashlib.sha256(document.data).digest())
    return digest.hexdigest()


def statement_of(
    answers: Answers,
    *,
    office_name: str,
    documents: int,
    texts: Texts,
    more: Sequence[tuple[str, str]] = (),
) -> str:
    """Return all answers as text: the person's own words first, then the other answers.

    `more` are other facts, each with its label.
    """
    way = answers.answer_by
    lines = (
        ("capacity", texts(f"statement.capacity_{answers.qualite}")),
        ("nom", answers.nom),
        ("organisme", answers.organisme if answers.qualite == "organisme" else ""),
        ("quand", answers.quand),
        ("bureau", office_name),
        ("lieu", answers.lieu),
        ("way", texts(f"statement.way_{way}") if way else ""),
        ("courriel", answers.courriel),
        ("tel", answers.tel),
        ("adresse", ", ".join(answers.adresse.split("\n"))),
        ("documents", str(documents or "")),
    )
    told = [
        f"{texts(f'statement.{key}')}{texts('site.colon')}{text}" for key, text in lines if text
    ]
    told += [f"{label}{texts('site.colon')}{text}" for label, text in more]
    return "\n".join((answers.recit, "", str(texts("statement.others")), *told, ""))


def subject_of(story: str, prefix: str) -> str:
    """Return a subject of the first words, cut between two of them."""
    words = " ".join(story[:400].split())
    if len(words) > 70:
        words = words[:70].rpartition(" ")[0] or words[:70]
        words = f"{words.rstrip(',;:')}…"
    return f"{prefix}{words}"


def message_of(
    *,
    envelope_id: str,
    submission: Submission,
    statement: str,
    subject: str,
    documents: Sequence[Posted],
    to: str,
    at: datetime,
    door: Literal["form", "oral"] = "form",
) -> bytes:
    """Return the message with CRLF line ends. `door` is what it came in by.

    Without an address the sender is a place that can never be written to (RFC 2606, .invalid).
    """
    domain = to.rpartition("@")[2]
    body = MIMENonMultipart("text", "plain", charset="utf-8")
    body["Content-Transfer-Encoding"] = "quoted-printable"
    body.set_payload(binascii.b2a_qp(statement.encode(), istext=True).decode("ascii"))
    message: Message = body
    if documents:
        # The boundary holds "=_", which neither base64 nor quoted-printable can (RFC 2045 6.7).
        message = MIMEMultipart("mixed", boundary=f"=_{envelope_id}")
        message.attach(body)
        for document in documents:
            message.attach(_attached(document))
    name = submission.name or submission.organisation
    message["From"] = _mailbox(name, submission.address or f"sans-adresse@{domain}.invalid")
    message["To"] = to
    message["Subject"] = subject if subject.isascii() else Header(subject, "utf-8").encode()
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{door}.{envelope_id}@{domain}>"
    message["Content-Language"] = submission.language
    return _flat(message)


async def made(make: Callable[[], bytes], documents: Sequence[Posted]) -> bytes:
    """Return the message that `make` makes; with large documents, made in a thread."""
    large = sum(document.size for document in documents) > INLINE_BYTES
    return await asyncio.to_thread(make) if large else make()


def _attached(document: Posted) -> Message:
    kind, _, subtype = MEDIA_TYPES[document.kind].partition("/")
    if kind == "message":
        # RFC 2046 5.2.1 allows no base64 for message/rfc822, and the bytes must stay as they are.
        kind, subtype = "application", "octet-stream"
    part = MIMEBase(kind, subtype)
    part.set_payload(document.data)
    encoders.encode_base64(part)
    name = document.name if document.name.isascii() else ("utf-8", "", document.name)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def _mailbox(name: str, address: str) -> str:
    return formataddr((name, address), charset="utf-8") if name else address


def _flat(message: Message) -> bytes:
    out = BytesIO()
    policy = compat32.clone(linesep="\r\n", max_line_length=76)
    BytesGenerator(out, mangle_from_=False, policy=policy).flatten(message)
    return out.getvalue()
