"""One notice, and a mailer that does with it as it is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.notifier.sample import RECEIVED
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.notice import Notice
from shared.errors import RecoursError
from shared.events import NoticeRequested

NOTICE = Notice(
    id="n1",
    case_id="c1",
    kind="acknowledgement",
    role="complainant",
    recipient="personne@courriel.example",
    language="fr",
    message_id="n1.mark@ministere.example",
    return_path="",
    created_at=RECEIVED,
)
EVENT = NoticeRequested(id="e1", at=RECEIVED, notice_id="n1")


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.moment = RECEIVED + timedelta(minutes=1)

    def now(self) -> datetime:
        return self.moment


class ToldMailer:
    """Raises what it is told to, or keeps what it is given."""

    def __init__(self, *errors: RecoursError) -> None:
        self.errors = list(errors)
        self.sent: list[tuple[str, str, str, bytes]] = []
        self.store: SqliteStore | None = None
        self.meanwhile = NOTICE

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        if self.store:
            self.meanwhile = await stored(self.store)
            await self.store.notices.save(self.meanwhile.changed(last_error="meanwhile"))
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((notice_id, mail_from, rcpt_to, raw))

    async def close(self) -> None:
        """Nothing is open."""


async def stored(store: SqliteStore) -> Notice:
    notice = await store.notices.get("n1")
    assert notice is not None
    return notice
