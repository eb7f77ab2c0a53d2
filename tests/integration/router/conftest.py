"""The department, the places and a case, as the pure tests of the router have them."""

from __future__ import annotations

from tests.unit.router.conftest import a_case as a_case
from tests.unit.router.conftest import department as department
from tests.unit.router.conftest import gazetteer as gazetteer
