"""The collections of a store, one for each kind of document, named once for both adapters."""

from __future__ import annotations

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
from shared.ports.store import Collection

D = TypeVar("D", bound=Document)


class Make(Protocol):
    """Returns the collection of a kind."""

    def __call__(self, kind: type[D]) -> Collection[D]: ...


class EveryCollection:
    """What `shared.ports.store.Store` promises of its collections."""

    def __init__(self, make: Make) -> None:
        self.envelopes = make(Envelope)
        self.messages = make(Message)
        self.cases = make(Case)
        self.notices = make(Notice)
        self.reads = make(CaseRead)
        self.remarks = make(Remark)
        self.drafts = make(Draft)
        self.accounts = make(Account)
        self.sessions = make(Session)
        self.interventions = make(Intervention)
        self.tokens = make(ApiToken)
        self.hooks = make(Hook)
        self.calls = make(HookCall)
