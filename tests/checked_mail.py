"""What every mail that leaves must be: whole for other readers, and one thing in both parts."""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter
from email.message import EmailMessage

from selectolax.lexbor import LexborHTMLParser

from services.intake.reading.reader import read
from shared.domain.notice import Notice

BY_A_PERSON = {"asked", "extended", "answer", "closed", "escalated"}
#: RFC 5322 section 3.6: what stands in a message once, and here always.
ONCE = ("date", "from", "to", "message-id", "subject", "mime-version")
#: RFC 5322 section 2.1.1 (a Message-ID cannot be folded), and RFC 2045 section 6.7.
LONGEST_HEADER, LONGEST_LINE = 998, 76


def checked(raw: bytes, notice: Notice) -> str:
    """Return the text of a mail that is valid, read alike by Python's parser and our own reader,
    and that says one thing in both parts."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    _check_form(raw, message)
    _check_answering(message, notice)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = str(plain.get_content()).replace("\r\n", "\n")
    reading = read(raw, mail_from=notice.return_path)
    assert (reading.state, reading.defects) == ("read", ())
    assert reading.subject == message["Subject"] == notice.subject
    assert reading.message_id == message["Message-ID"].strip("<>") == notice.message_id
    assert reading.automatic is _is_automatic(notice)
    assert _words(text) == _words(_page_text(str(html.get_content()), text))
    return text.replace("\xa0", " ")


def _check_form(raw: bytes, message: EmailMessage) -> None:
    """RFC 5322 sections 2.1 and 3.6, RFC 2045 sections 4 and 6."""
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n")) <= LONGEST_HEADER
    assert max(len(line) for line in body.split(b"\r\n")) <= LONGEST_LINE
    assert not [part.defects for part in message.walk() if part.defects]
    assert not [name for name, value in message.items() if value.defects]
    fields = Counter(name.lower() for name in message)
    assert {name: fields[name] for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert message["MIME-Version"] == "1.0"
    for part in message.walk():
        encoding = part.get("Content-Transfer-Encoding", "7bit")
        assert encoding in {"7bit", "quoted-printable", "base64"}
        assert not part.is_multipart() or encoding == "7bit"


def _check_answering(message: EmailMessage, notice: Notice) -> None:
    """RFC 3834 sections 3 and 5: what a program sends says so, and asks for no answer."""
    automatic = _is_automatic(notice)
    assert ("Auto-Submitted" in message) is automatic
    assert (notice.return_path == "") is (automatic and notice.role == "complainant")
    assert message["To"] == notice.recipient


def _is_automatic(notice: Notice) -> bool:
    return notice.kind not in BY_A_PERSON


def _page_text(html: str, text: str) -> str:
    page = LexborHTMLParser(html)
    links = [str(link.attributes["href"]) for link in page.css("a")]
    assert all(link in text for link in links)
    for unseen in page.css("head, .days"):
        unseen.decompose()
    assert page.body is not None
    return " ".join([page.body.text(separator=" "), *links])


def _words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.casefold()) if not re.fullmatch(r"\d|_+", w)}
