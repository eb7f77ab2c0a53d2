"""What reports we ask for with a mail, when the relay passes the wish on (DSN, RFC 3461). Pure.

A report finds its notice by the return path; these parameters make servers send it: of a delay, and
of success where a person of ours wrote. Without DSN only failures are told, as ever.
"""

from __future__ import annotations

import re

#: As `rendering` writes it (RFC 3834 section 5).
_AUTOMATIC = b"\r\nAuto-Submitted:"
#: RFC 3461 section 4: what stands as itself in xtext.
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


def of_mail(notice_id: str) -> str:
    """Return what follows MAIL FROM, with its blank. A report carries our id back (ENVID), and the
    headers alone (RET=HDRS): what a person was told does not travel twice."""
    return f" RET=HDRS ENVID={_xtext(notice_id)}"


def of_rcpt(rcpt_to: str, mail_from: str, raw: bytes) -> str:
    """Return what follows RCPT TO, with its blank; success is asked for of a person's words alone,
    which do not say `Auto-Submitted`.

    Nobody could be told of mail with the null sender, and nothing may be (RFC 3461 section 6.2, RFC
    3834 section 3.3): NEVER. An address beyond ASCII stands without ORCPT, whose form for it
    (RFC 6533 section 3) is another extension.
    """
    if not mail_from:
        return " NOTIFY=NEVER"
    head = raw[: raw.find(b"\r\n\r\n")]
    wanted = "FAILURE,DELAY" if _AUTOMATIC in head else "SUCCESS,FAILURE,DELAY"
    original = f" ORCPT=rfc822;{_xtext(rcpt_to)}" if rcpt_to.isascii() else ""
    return f" NOTIFY={wanted}{original}"


def _xtext(text: str) -> str:
    return _NOT_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", text)
