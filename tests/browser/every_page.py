"""Every page that has an address, at the desk and at the door, and who looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.routing import BaseRoute, Route

from services.desk.paths import PATHS, in_other_language
from services.intake.door import PATHS as DOOR_PATHS
from shared.domain.envelope import Language

DESK, DOOR = PATHS["fr"], DOOR_PATHS["fr"]
DOCUMENT = f"{DESK.cases}/{{reference}}/document/{{message_id}}/{{part}}"
LETTER, PARKED = f"{DESK.operations}/dead/{{queue}}/{{letter_id}}", f"{DESK.operations}/parked"
OUTGOING = f"{DESK.operations}/outgoing"
LINK = f"{DESK.root}/{{case_id}}/{{unit_id}}/{{expiry}}/{{mark}}"


@dataclass(frozen=True)
class Shown:
    """One page: its route in French, who sees it ("" is nobody who is signed in), and what its
    address ends with. `names` gives parts of the route that are not those of the scene."""

    route: str
    who: str = ""
    query: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.route}{self.query} {' '.join(self.names.values())}".strip()

    def address(self, language: Language, scene: Mapping[str, str]) -> str:
        """Return the address; what `names` calls like a part of the scene is that part."""
        own = {name: scene.get(value, value) for name, value in self.names.items()}
        path = self.route.format_map({**scene, **own}) + self.query
        return path if language == "fr" else in_english(path)


def in_english(path: str) -> str:
    if path.startswith(DESK.root):
        return in_other_language(path, "fr")
    french, english = DOOR_PATHS["fr"], DOOR_PATHS["en"]
    for name in french.__slots__:
        here = getattr(french, name)
        if path == here or path.startswith((f"{here}/", f"{here}?")):
            return f"{getattr(english, name)}{path.removeprefix(here)}"
    raise ValueError(path)


def shown_routes(routes: Iterable[BaseRoute], *roots: str) -> set[str]:
    """Return the addresses that a browser can be sent to, in French, as `Shown` writes them."""
    return {
        re.sub(r":\w+", "", one.path)
        for one in routes
        if isinstance(one, Route) and "GET" in (one.methods or ()) and one.path.startswith(roots)
    }


DESK_PAGES = (
    Shown(DESK.sign_in),
    Shown(f"{DESK.link}/{{account_id}}/{{secret}}"),
    Shown(DESK.sessions, "agent"),
    Shown(DESK.cases, "agent"),
    Shown(DESK.cases, "office", "?choix=late"),
    Shown(DESK.sorting, "office"),
    Shown(DESK.sorting, "office", "?bac=spam"),
    Shown(DESK.new, "agent"),
    Shown(f"{DESK.new}/{{reference}}/{{way}}/{{mark}}", "agent", names={"mark": "entered_mark"}),
    Shown(DESK.accounts, "office"),
    Shown(f"{DESK.accounts}/invite", "office"),
    Shown(f"{DESK.accounts}/{{account_id}}", "office"),
    Shown(f"{DESK.cases}/{{reference}}/reads", "manager"),
    Shown(DESK.overview, "office"),
    Shown(f"{DESK.overview}/method", "manager"),
    Shown(DESK.reads, "privacy"),
    Shown(f"{DESK.cases}/{{reference}}", "agent"),
    Shown(f"{DESK.cases}/{{reference}}", "office", names={"reference": "held"}),
    Shown(f"{DOCUMENT}/pages/{{number}}", "agent"),
    Shown(f"{DESK.cases}/{{reference}}/letter/{{notice_id}}", "agent"),
    # The forms with the most in them; they are all one page
    *(
        Shown(f"{DESK.cases}/{{reference}}/{{act}}", "office", names={"act": act})
        for act in ("close", "transfer", "told", "language")
    ),
    Shown(DESK.asked, "colleague"),
    Shown(f"{DESK.asked}/{{question_id}}", "colleague"),
    Shown(DESK.sensitive, "authority"),
    Shown(DESK.operations, "operations"),
    Shown(f"{DESK.operations}/dead", "operations"),
    Shown(LETTER, "operations"),
    Shown(f"{LETTER}/requeue", "operations"),
    Shown(f"{LETTER}/discard", "operations"),
    Shown(PARKED, "operations"),
    Shown(f"{PARKED}/{{envelope_id}}", "office"),
    Shown(f"{PARKED}/{{envelope_id}}/again", "operations"),
    Shown(f"{PARKED}/{{envelope_id}}/original", "office"),
    Shown(f"{PARKED}/{{envelope_id}}/file", "office"),
    Shown(OUTGOING, "operations", "?groupe=withheld"),
    Shown(OUTGOING, "office", "?groupe=to_print"),
    Shown(f"{OUTGOING}/{{notice_id}}", "operations"),
    Shown(f"{OUTGOING}/{{notice_id}}/{{act}}", "operations", names={"act": "posted"}),
    Shown(f"{DESK.operations}/settings", "operations"),
    Shown(LINK),
    Shown(f"{LINK}/letter/{{notice_id}}"),
)
#: Addresses of the desk that show no page.
NO_PAGES = {
    DESK.root: "leads on to the worklist",
    f"{DESK.sorting}/{{reference}}": "leads on to the queue",
    f"{DESK.accounts}/{{account_id}}/{{act}}": "leads back to the account",
    f"{DESK.overview}/csv": "gives a file",
    f"{DESK.overview}/public": "gives a file",
    f"{DESK.reads}/csv": "gives a file",
    DOCUMENT: "gives a file",
    f"{DOCUMENT}/picture/{{number}}": "gives the picture that stands in the page of a document",
    f"{LINK}/document/{{message_id}}/{{part}}": "gives a file",
}
DOOR_PAGES = (
    Shown(DOOR.form),
    Shown(
        f"{DOOR.received}/{{reference}}/{{envelope_id}}/{{documents}}/{{mark}}",
        names={"mark": "received_mark"},
    ),
    Shown(f"{DOOR.status}/{{reference}}/{{secret}}"),
    Shown(DOOR.about),
    Shown(DOOR.units),
    Shown(f"{DOOR.units}/{{unit_id}}"),
    Shown(f"{DOOR.units}/{{unit_id}}", names={"unit_id": "MO-BOU"}),
    Shown(
        f"{DOOR.opinion}/{{reference}}/{{mark}}",
        names={"reference": "closed", "mark": "opinion_mark"},
    ),
)
