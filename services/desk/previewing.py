"""The letter that an act would send, before it is sent."""

from __future__ import annotations

import asyncio
import email
import email.policy
from typing import TYPE_CHECKING, cast, get_args

from services.notifier.composing import compose
from services.notifier.letter import Letterhead
from shared.domain.notice import NoticeKind

if TYPE_CHECKING:
    from datetime import datetime

    from services.notifier.rendering import Renderer
    from shared.domain.case import Case


class Previews:
    """Renders letters as they would leave. The templates are loaded when the first is wanted."""

    def __init__(self, head: Letterhead) -> None:
        self._head = head
        self._renderer: Renderer | None = None
        self._loading = asyncio.Lock()

    async def text_of(self, case: Case, at: datetime) -> tuple[str, str]:
        """Return subject and text of the letter that the last act of `case` sends."""
        kind = case.acts[-1].kind
        assert kind in get_args(NoticeKind)  # noqa: S101 - each act has a letter of its name
        letter = compose(cast("NoticeKind", kind), case, self._head, at, act=len(case.acts) - 1)
        renderer = await self._load()
        raw = renderer.render(letter, message_id="preview@localhost", at=at).raw
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        body = mail.get_body(("plain",))
        return str(mail["Subject"]), body.get_content() if body else ""

    async def _load(self) -> Renderer:
        async with self._loading:
            if self._renderer is None:
                from services.notifier.rendering import Renderer

                self._renderer = await asyncio.to_thread(Renderer, self._head.department)
            return self._renderer
