"""Who complains."""

from __future__ import annotations

from shared.domain.document import Value
from shared.domain.envelope import ComplainantKind


class Complainant(Value):
    """The person who complains. `address` is None when there is no way to write by mail."""

    name: str = ""
    address: str | None = None
    phone: str = ""
    postal_address: str = ""
    kind: ComplainantKind = "natural"
    organisation: str = ""
