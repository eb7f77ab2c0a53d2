"""What Prometheus may ask of a process. Labels are names of ours: no id, no address."""

from __future__ import annotations

from itertools import product
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared.domain.notice import Failure, RecipientRole

_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30)


class Metrics:
    """The metrics of one process, in a registry of its own: two can live in one test."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.accepted = Counter(
            "recours_accepted_total", "Envelopes kept", ["door"], registry=registry
        )
        self.refused = Counter(
            "recours_refused_total", "Refused at a door", ["door", "reason"], registry=registry
        )
        self.keep_seconds = Histogram(
            "recours_keep_seconds",
            "Time to keep one",
            ["door"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.handled = Counter(
            "recours_handled_total",
            "Messages ended",
            ["queue", "outcome"],
            registry=registry,
        )
        self.handle_seconds = Histogram(
            "recours_handle_seconds",
            "Time in a handler",
            ["queue"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.connections = Gauge(
            "recours_smtp_connections", "SMTP connections open", registry=registry
        )
        self.bytes_in_flight = Gauge(
            "recours_smtp_bytes_in_flight", "Bytes of bodies being received", registry=registry
        )
        self.reader_deaths = Gauge(
            "recours_reader_deaths", "Reading children that died", registry=registry
        )
        self.relay_paused = Gauge(
            "recours_relay_paused", "1 while the relay is left alone", registry=registry
        )
        self.undelivered = Counter(
            "recours_undelivered_total",
            "Notices that did not arrive",
            ["role", "because"],
            registry=registry,
        )
        self.timekeeping_rounds = Counter(
            "recours_timekeeping_rounds_total",
            "Looks at all open cases",
            ["outcome"],
            registry=registry,
        )
        self.timekeeping_seconds = Histogram(
            "recours_timekeeping_seconds",
            "Time of one such look",
            buckets=_SECONDS,
            registry=registry,
        )
        self.timekeeping_last = Gauge(
            "recours_timekeeping_last_timestamp_seconds",
            "When the last one ended well",
            registry=registry,
        )
        self.alerts = Counter(
            "recours_alerts_total", "Alerts and digests kept", ["kind"], registry=registry
        )
        self.relayed = Counter(
            "recours_relayed_total", "Events carried from outbox to bus", registry=registry
        )
        self.depth = Gauge(
            "recours_queue_depth",
            "Messages by queue and state",
            ["queue", "state"],
            registry=registry,
        )
        self.pages = Counter(
            "recours_pages_total",
            "Pages answered, by the pattern of their address",
            ["face", "route", "status"],
            registry=registry,
        )
        self.page_seconds = Histogram(
            "recours_page_seconds",
            "Time to answer a page",
            ["face", "route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Show what alerts watch before it happens: Prometheus sees no rise in a series that begins
        with its first event."""
        self.accepted.labels("smtp")
        for reason in ("store", "no_room"):
            self.refused.labels("smtp", reason)
        for role, because in product(get_args(RecipientRole), get_args(Failure)):
            self.undelivered.labels(role, because)

    def answered(self, face: str, route: str, status: int, seconds: float) -> None:
        """Count one page of a face ("desk"); `route` is a pattern of ours, never an address."""
        self.pages.labels(face, route, str(status)).inc()
        self.page_seconds.labels(face, route).observe(seconds)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)
