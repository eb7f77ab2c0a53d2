"""`recours notice preview`: a notice as a person would get it. Nothing is sent or kept."""

from __future__ import annotations

import email
import email.policy
import sys
from typing import cast, get_args

from services.notifier.preview import preview
from shared.department import load_department
from shared.domain.envelope import Language
from shared.domain.notice import NoticeKind
from shared.errors import Refused
from shared.runtime.settings import Settings


def show_preview(kind: str, language: Language, settings: Settings, *, html: bool) -> None:
    """Print subject and text, or the HTML alone; raise Refused for a kind that is none."""
    kinds = get_args(NoticeKind)
    if kind not in kinds:
        raise Refused("no_such_kind", f"{kind!r} is no notice. There are: {', '.join(kinds)}.")
    raw = preview(cast(NoticeKind, kind), language, load_department(settings.department))
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("html",) if html else ("plain",))
    text = str(body.get_content()).replace("\r\n", "\n") if body else ""
    sys.stdout.write(text if html else f"{mail['Subject']}\n\n{text}")
