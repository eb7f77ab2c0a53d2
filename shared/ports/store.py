"""Where documents are kept.

Promises of every adapter:
* `save` is atomic and durable when it returns: the document, its raw bytes and its events, or
  nothing at all. A crash at any moment leaves one or the other.
* An event given to `save` or `add` reaches the bus at least once, whatever dies. One given as
  `emit_later` does so some LATER seconds afterwards, unless a save has withdrawn it before: it is
  for whoever does at once what the event asks for, and may die before that is done.
* `save` compares versions: whoever saves an older version than the stored one gets Conflict.
* Errors of the driver come out as Transient; nothing else of the driver comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from shared.domain.account import Account, Session
from shared.domain.api_token import ApiToken
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import Document
from shared.domain.draft import Draft
from shared.domain.envelope import Envelope
from shared.domain.hook import Hook, HookCall
from shared.domain.intervention import Intervention
from shared.domain.notice import Notice
from shared.domain.reading import Message
from shared.domain.remark import Remark
from shared.events import Event
from shared.ports.query import Condition, Query, Scalar

#: Every kind of document the program keeps. An adapter makes a collection for each at start.
DOCUMENTS: tuple[type[Document], ...] = (
    Envelope,
    Message,
    Case,
    Notice,
    CaseRead,
    Remark,
    Draft,
    Account,
    Session,
    Intervention,
    ApiToken,
    Hook,
    HookCall,
)


#: Seconds, give or take one, after which an event goes out that was kept for later, and that nobody
#: has withdrawn: more than it takes until a notice counts as left by a crash.
LATER = 6.0

D = TypeVar("D", bound=Document)


class Collection(Protocol[D]):
    """Documents of one kind."""

    async def get(self, document_id: str) -> D | None:
        """Return the newest saved version, or None."""
        ...

    async def find(self, query: Query) -> list[D]:
        """Return at most `query.limit` documents in order. Raw bytes are never loaded."""
        ...

    async def values(self, fields: Sequence[str], query: Query) -> list[tuple[Scalar, ...]]:
        """Return indexed values, `id` among them if named, of what `find` would return.

        Documents are not restored, which is most of the work where they are many. Moments come as
        text (`instant`); a field that is None, as None.
        """
        ...

    async def count(self, where: Condition, *, at_most: int | None = None) -> int:
        """Return how many documents meet the condition, `at_most` (1 or more) when there are
        more: so many are counted and no others, since to count is to walk an index."""
        ...

    async def count_by(self, field: str, where: Condition) -> dict[str, int]:
        """Return how many documents there are for each value of an indexed field."""
        ...

    async def save(
        self,
        document: D,
        *,
        emit: Sequence[Event] = (),
        withdraw: Sequence[Event] = (),
        raw: bytes | None = None,
        words: Sequence[str] = (),
    ) -> D:
        """Save over the version the document was loaded with and return it with the next.

        A document of version 0 is new. `raw` is kept beside it; None leaves what is there. `words`,
        folded, join those that a search finds it by. Events of this document that were kept for
        later and are withdrawn need not go out any more; they still may. Raise Conflict when the
        stored version is another one.
        """
        ...

    async def add(
        self,
        document: D,
        *,
        emit: Sequence[Event] = (),
        emit_later: Sequence[Event] = (),
        raw: bytes | None = None,
        words: Sequence[str] = (),
    ) -> bool:
        """Save a new document; do nothing, events included, and return False if its id exists."""
        ...

    async def raw(self, document_id: str) -> bytes | None:
        """Return the raw bytes kept beside a document, or None."""
        ...


class Outbox(Protocol):
    """Events that are saved and that nobody has carried to the bus yet.

    A store whose saves put events on the bus itself has an empty one, always.
    """

    async def waiting(self, *, older_than_seconds: float, limit: int) -> list[Event]:
        """Return events that a crash may have left behind, oldest first."""
        ...

    async def fresh(self) -> list[Event]:
        """Wait for events that this process has just saved, and return them."""
        ...

    async def clear(self, events: Sequence[Event]) -> None:
        """Forget events that the bus has confirmed. May be late; a repeat is harmless."""
        ...


class Store(Protocol):
    """All documents."""

    @property
    def envelopes(self) -> Collection[Envelope]: ...
    @property
    def messages(self) -> Collection[Message]: ...
    @property
    def cases(self) -> Collection[Case]: ...
    @property
    def notices(self) -> Collection[Notice]: ...
    @property
    def reads(self) -> Collection[CaseRead]: ...
    @property
    def remarks(self) -> Collection[Remark]: ...
    @property
    def drafts(self) -> Collection[Draft]: ...
    @property
    def accounts(self) -> Collection[Account]: ...
    @property
    def sessions(self) -> Collection[Session]: ...
    @property
    def interventions(self) -> Collection[Intervention]: ...
    @property
    def tokens(self) -> Collection[ApiToken]: ...
    @property
    def hooks(self) -> Collection[Hook]: ...
    @property
    def calls(self) -> Collection[HookCall]: ...
    @property
    def outbox(self) -> Outbox: ...

    async def ping(self) -> None:
        """Raise Transient unless the store can take a write now."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go."""
        ...
