"""What every page of the form door needs, put together once and passed along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.intake.holding import HeldDocuments
from services.intake.limits import FormLimits
from services.intake.uploads import InFlight
from shared.department import Addresses, Department
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.domain.unit import Unit
from shared.pages.pace import Pace
from shared.pages.rendering import Pages
from shared.ports.clock import Clock
from shared.ports.store import Store


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a page lives, in one language."""

    form: str
    received: str
    status: str
    about: str
    opinion: str
    units: str


PATHS: dict[Language, Paths] = {
    "fr": Paths("/plainte", "/recue", "/suivi", "/confidentialite", "/avis", "/unites"),
    "en": Paths(
        "/en/complaint", "/en/received", "/en/status", "/en/privacy", "/en/opinion", "/en/units"
    ),
}


@dataclass(frozen=True, slots=True)
class Door:
    """The form door. `department` is None when its tables are broken: the door stays open."""

    store: Store
    clock: Clock
    keys: Keys
    addresses: Addresses
    department: Department | None
    public_url: str
    limits: FormLimits
    pages: Pages
    held: HeldDocuments
    in_flight: InFlight
    pace: Pace

    def today(self) -> date:
        return self.pages.dates("fr").day_of(self.clock.now())

    def live_units(self) -> dict[str, Unit]:
        """Return the units that a person may choose today; none without a department."""
        if self.department is None:
            return {}
        today = self.today()
        return {
            id_: unit
            for id_, unit in self.department.units.items()
            if unit.live_on(today) and unit.kind != "complaints_office"
        }


def other(language: Language) -> Language:
    """Return the language that a page is not in."""
    return "en" if language == "fr" else "fr"
