"""What every page of the desk needs, put together once and passed along; and its small pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from starlette.responses import HTMLResponse

from services.desk.oidc.provider import Provider
from services.desk.operations.watch import Watch
from services.desk.overview.counting import Counting
from services.desk.passwords import Passwords
from services.desk.paths import PATHS
from services.desk.posting import Papers
from services.desk.previewing import Previews
from services.intake.children import Children
from shared.department import Department
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.pages.pace import Pace
from shared.pages.rendering import Pages
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.settings import Settings

Why = Literal[
    "expired",
    "elsewhere",
    "unknown",
    "down",
    "document",
    "home",
    "infected",
    "picture",
    "cut_off",
    "too_large",
]

ROOTS: dict[Language, str] = {language: paths.root for language, paths in PATHS.items()}


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk. `desk_url` is the base of every link to it; `provider` is the identity service
    that people may sign in with. `bus`, `settings` and `watch` are for operations, who are told
    when the first two are not there."""

    store: Store
    clock: Clock
    keys: Keys
    department: Department
    desk_url: str
    pages: Pages
    passwords: Passwords
    pace: Pace
    previews: Previews
    children: Children
    counting: Counting
    papers: Papers
    provider: Provider | None = None
    bus: Bus | None = None
    settings: Settings | None = None
    watch: Watch = field(default_factory=Watch)

    def render(self, template: str, language: Language, **values: Any) -> str:
        """Return a page, by default one that nobody is signed in for."""
        nobody = {"visitor": None, "here": "", "paths": PATHS[language]}
        return self.pages.render(template, language, **{**nobody, **values})


@dataclass(frozen=True, slots=True)
class Link:
    """A signed link to a case, as it stands in the address; nothing of it is trusted yet."""

    case_id: str
    unit_id: str
    expiry: str
    mark: str

    @property
    def path(self) -> str:
        return "/".join((self.case_id, self.unit_id, self.expiry, self.mark))

    @property
    def until(self) -> datetime:
        """The moment up to which a genuine link is good."""
        return datetime.fromtimestamp(int(self.expiry), UTC)

    def genuine(self, keys: Keys) -> bool:
        """Tell whether the mark is ours, whatever the time."""
        plain = self.expiry.isascii() and self.expiry.isdigit() and len(self.expiry) <= 12
        return plain and keys.verifies(self.mark, "desk", self.case_id, self.unit_id, self.expiry)


def other(language: Language) -> Language:
    """Return the language that a page is not in."""
    return "en" if language == "fr" else "fr"


def refusal(desk: Desk, language: Language, why: Why, status: int, path: str = "") -> HTMLResponse:
    """Return a page that says why there is nothing to see, and whom to ask."""
    html = desk.render(
        "no.html", language, why=why, other=f"{ROOTS[other(language)]}/{path}".rstrip("/")
    )
    return HTMLResponse(html, status, {"Retry-After": "60"} if status == 503 else {})
