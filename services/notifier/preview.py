"""A notice as it would look, with an invented case: for people who change texts or data."""

from __future__ import annotations

from dataclasses import replace

from services.notifier.rendering import Renderer
from services.notifier.sample import RECEIVED, sample_case, sample_head
from services.notifier.sample_letter import sample_letter
from shared.department import Department
from shared.domain.document import derived_id
from shared.domain.envelope import Language
from shared.domain.notice import NoticeKind


def preview(
    kind: NoticeKind, language: Language, department: Department, renderer: Renderer | None = None
) -> bytes:
    """Return the mail of this kind in this language, with the department's own names, delays
    and recourses. Its links lead nowhere; raise Misconfigured when a template is wrong.

    Making a renderer tries every template; whoever shows many mails gives one along.
    """
    case = sample_case(language, department, kind=kind)
    letter = sample_letter(kind, case, sample_head(department), RECEIVED)
    letter = replace(letter, languages=(language,))
    message_id = (
        f"{derived_id('notice', kind, language)}.preview@{letter.department.mail_domains[0]}"
    )
    renderer = renderer or Renderer(department)
    return renderer.render(letter, message_id=message_id, at=RECEIVED).raw
