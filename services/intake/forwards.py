"""A complaint that a colleague hands in: whose it is, and since when the department has it.

The policy counts a complaint from the day on which a person designated for it received it, and the
review of a decision from the first place that it entered; a forward must not lose that day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.intake.reading.forwarding import forwarded as forwarded_in
from shared.department import Addresses
from shared.domain.document import Value
from shared.domain.envelope import Envelope
from shared.domain.reading import Forwarded, Reading

#: A forwarded date further back is a slip of the pen or an old file: the envelope's counts.
OLDEST = timedelta(days=731)
#: Colleagues through whose hands a complaint goes at most.
COLLEAGUES = 5
#: Mail programs write the date of what they forward in local time, without saying so.
_QUEBEC = ZoneInfo("America/Toronto")
#: What marks a colleague's mail as such, and says nothing of the person whose complaint it is.
OF_A_COLLEAGUE = frozenset({"own_domain", "own_address", "auto_response_suppress"})


class Original(Value):
    """The complaint inside a colleague's forward."""

    address: str
    name: str
    received_at: datetime
    subject: str
    text: str
    forwarded_by: str


def original_of(
    envelope: Envelope,
    reading: Reading,
    *,
    addresses: Addresses,
    staff_domains: frozenset[str] = frozenset(),
) -> Original | None:
    """Return the complaint that a colleague forwarded, or None when this is no such forward.

    `staff_domains` are the mail domains of the department's people, in lower case, beside those
    of its addresses. A forward by anybody else stays that person's own complaint.
    """
    ours = addresses.domains | staff_domains
    senders = {domain_of(envelope.mail_from), domain_of(reading.from_address)}
    if envelope.submission is not None or not senders <= ours:
        return None
    forwarded = _first_of_others(reading.forwarded, ours)
    if forwarded is None or not forwarded.from_address:
        return None
    return Original(
        address=forwarded.from_address,
        name=forwarded.from_name,
        received_at=_received_at(forwarded, envelope),
        subject=forwarded.subject or reading.subject,
        text=forwarded.text or reading.own_text,
        forwarded_by=envelope.mail_from.lower(),
    )


def _first_of_others(passed_on: Forwarded | None, ours: frozenset[str]) -> Forwarded | None:
    """Return the mail that was passed on, looked for below those of colleagues; None if deeper."""
    for _ in range(COLLEAGUES):
        if passed_on is None or domain_of(passed_on.from_address) not in ours:
            return passed_on
        passed_on = forwarded_in(passed_on.text, passed_on.subject)
    return None


def domain_of(address: str) -> str:
    """Return the domain of an address in lower case; "" for none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def day_of(moment: datetime) -> date:
    """Return the day of an aware moment in Québec, the one that "hier" is counted from."""
    return moment.astimezone(_QUEBEC).date()


def _received_at(forwarded: Forwarded, envelope: Envelope) -> datetime:
    """Return the original's date where it is plausible, else the envelope's."""
    written = forwarded.date
    if written is None:
        return envelope.received_at
    if written.tzinfo is None:
        written = written.replace(tzinfo=_QUEBEC)
    written = written.astimezone(envelope.received_at.tzinfo)
    age = envelope.received_at - written
    return written if timedelta(0) <= age <= OLDEST else envelope.received_at
