"""Settings: read once from RECOURS_… variables, frozen, passed in. The only reader of them.

Every field's description is the text of `docs/settings.md`.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import Misconfigured

_STORES = ("sqlite:///", "mongodb://", "mongodb+srv://")
_BUSES = ("sqlite:///", "amqp://", "amqps://")
_RELAYS = ("file:", "smtp://", "smtps://")


class Settings(BaseSettings):
    """One process's settings. Nonsense is refused before anything starts."""

    model_config = SettingsConfigDict(
        env_prefix="RECOURS_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    store: str = Field(
        "sqlite:///var/recours.db",
        description="Where documents are kept: `sqlite:///PATH` or `mongodb://HOST/DATABASE`.",
    )
    bus: str = Field(
        "",
        description="The message queue: `amqp://HOST/VHOST` beside a MongoDB store; beside SQLite "
        "it is the store's own file and stays empty.",
    )
    relay: str = Field(
        "file:var/outgoing",
        description="Where mail goes: `file:FOLDER` for .eml files, or `smtp://HOST:PORT`.",
    )
    relay_connections: int = Field(
        4, ge=1, le=64, description="Kept connections to the relay, per process."
    )
    relay_failures: int = Field(
        10,
        ge=1,
        description="After so many failures of the relay in a row (no connection, no TLS, 421, a "
        "bad password) a process leaves it alone for a while.",
    )
    relay_pause: float = Field(
        30.0,
        gt=0,
        description="Seconds for which it is left alone; then one mail tries. What waits meanwhile "
        "uses up none of its tries.",
    )
    relay_per_minute: int = Field(
        0,
        ge=0,
        description="Mails that each notifier hands to the relay in a minute at most, 0 for no "
        "limit. What is over it waits in its queue and uses up no try. With several notifiers, "
        "give each its share.",
    )
    relay_per_minute_and_domain: int = Field(
        0,
        ge=0,
        description="The same for mail to one domain, but for the department's own.",
    )
    department: Path = Field(
        Path("deploy/department"), description="Folder of the department's tables."
    )
    secret_file: Path | None = Field(
        None,
        description="File of secrets, one a line, 32 characters or more; the first signs, all "
        "verify. Embedded makes `var/secret` on its first run; full refuses to start without.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8080", description="Base of every link to the public pages."
    )
    desk_url: str = Field("http://127.0.0.1:8081", description="Base of every link to the desk.")
    smtp_listen: str = Field("127.0.0.1:2525", description="Address of the SMTP door.")
    web_listen: str = Field("127.0.0.1:8080", description="Address of the public pages.")
    desk_listen: str = Field("127.0.0.1:8081", description="Address of the desk.")
    oidc_issuer: str = Field(
        "",
        description="The identity service (OpenID Connect) that people sign in to the desk with, "
        "as it names itself: `https://HOST/PATH`; empty for none. See docs/operations.md.",
    )
    oidc_client_id: str = Field("", description="What the identity service calls the desk.")
    oidc_client_secret_file: Path | None = Field(
        None, description="File with the secret that the identity service gave for the desk."
    )
    oidc_name: str = Field(
        "", description="What people call the identity service; its host name when empty."
    )
    hook_networks: str = Field(
        "",
        description="Networks, by commas, such as `10.20.0.0/16`, that hooks may be called in "
        "beside public addresses. See docs/api.md.",
    )
    hook_http: bool = Field(
        False, description="Hooks may be called without TLS. For tests; leave it off."
    )
    metrics_listen: str = Field(
        "", description="Address of `/metrics` and `/health/…` of this process; empty for none."
    )
    smtp_hostname: str = Field(
        "localhost", description="The name the SMTP door gives itself (RFC 5321 section 4.1.3)."
    )
    smtp_certificate: Path | None = Field(
        None, description="PEM file with certificate and key; when set, STARTTLS is offered."
    )
    smtp_proxies: str = Field(
        "", description="Addresses, by commas, that may send a PROXY header; empty for none."
    )
    smtp_connections: int = Field(500, ge=1, description="SMTP connections at once, in all.")
    smtp_connections_per_source: int = Field(
        100, ge=1, description="SMTP connections at once from one address."
    )
    web_proxies: str = Field(
        "", description="Addresses, by commas, whose `X-Forwarded-For` counts; empty for none."
    )
    held_folder: Path | None = Field(
        None,
        description="Where documents of a form that was refused wait an hour to be sent again; "
        "processes that share the form's visitors share this folder. A private one when not set.",
    )
    spam_header_from: str = Field(
        "", description="Addresses, by commas, of relays whose `X-Spam-Flag: YES` counts."
    )
    readers: int = Field(
        1, ge=1, le=64, description="Child processes that read mail, per intake process."
    )
    scans: Literal["auto", "off"] = Field(
        "auto",
        description="`auto`: scanned documents are read by Tesseract where it is installed with "
        "`fra` or `eng`; `off`: they are left to a person. The same on every machine of intake.",
    )
    clamd: str = Field(
        "",
        description="The clamd that looks for viruses in documents: `tcp://HOST:PORT` or "
        "`unix:PATH`; empty for none.",
    )
    prefetch: int = Field(64, ge=1, le=1000, description="Messages in hand at once, per queue.")
    timekeeping_seconds: float = Field(
        300.0,
        ge=0.1,
        description="How often each notifier looks for cases that are late, idle, unsorted, unread "
        "or soon due. Each alert leaves once, however many look.",
    )
    drain_seconds: float = Field(
        20.0, gt=0, description="How long a stopping process may finish what it has in hand."
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("store")
    @classmethod
    def _store_scheme(cls, value: str) -> str:
        return _starts(value, _STORES)

    @field_validator("relay")
    @classmethod
    def _relay_scheme(cls, value: str) -> str:
        return _starts(value, _RELAYS)

    @field_validator("clamd")
    @classmethod
    def _clamd_scheme(cls, value: str) -> str:
        if value.startswith("tcp://"):
            split_address(value.removeprefix("tcp://"))
        elif value and not value.startswith("unix:"):
            raise ValueError("must be tcp://host:port or unix:/path")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        # Plain HTTP only on the machine itself: whoever could change the answers could be anybody
        if value and not re.match(
            r"https://.|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", value
        ):
            raise ValueError("must start with https://")
        return value

    @field_validator("hook_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for one in addresses_in(value):
            ipaddress.ip_network(one)
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("smtp_listen", "web_listen", "desk_listen", "metrics_listen")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            split_address(value)
        return value

    @model_validator(mode="after")
    def _one_shape(self) -> Settings:
        bus = self.bus_url
        if not bus.startswith(_BUSES):
            raise ValueError(f"RECOURS_BUS must start with {' or '.join(_BUSES)}")
        if bus.startswith("sqlite") != self.embedded:
            raise ValueError("RECOURS_STORE and RECOURS_BUS must both be SQLite, or neither")
        if self.embedded and bus != self.store:
            raise ValueError("RECOURS_BUS must be the store's own SQLite file, or empty")
        return self

    @model_validator(mode="after")
    def _whole_client(self) -> Settings:
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret_file)
        if any(given) and not all(given):
            raise ValueError(
                "RECOURS_OIDC_ISSUER, RECOURS_OIDC_CLIENT_ID and RECOURS_OIDC_CLIENT_SECRET_FILE "
                "go together"
            )
        return self

    @property
    def embedded(self) -> bool:
        """True for one process on SQLite, False for services on MongoDB and RabbitMQ."""
        return self.store.startswith("sqlite:")

    @property
    def bus_url(self) -> str:
        return self.bus or (self.store if self.embedded else "")

    @property
    def sqlite_path(self) -> Path:
        return Path(self.store.removeprefix("sqlite:///"))

    @property
    def folder(self) -> Path:
        """The folder of the embedded shape: the store, its lock and its secret."""
        return self.sqlite_path.parent


def read_settings(**overrides: object) -> Settings:
    """Return the settings of the environment; raise Misconfigured that names each bad one."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(_fault(dict(fault)) for fault in error.errors(include_input=False))
        raise Misconfigured(
            "bad_settings", f"Nothing was started. {faults}. See docs/settings.md."
        ) from None


def split_address(value: str) -> tuple[str, int]:
    """Return host and port of "host:port"; raise ValueError otherwise."""
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be host:port")
    return host.strip("[]"), int(port)


def addresses_in(value: str) -> frozenset[str]:
    """Return the parts of a comma-separated setting."""
    return frozenset(part.strip() for part in value.split(",") if part.strip())


def _starts(value: str, schemes: tuple[str, ...]) -> str:
    if not value.startswith(schemes):
        raise ValueError(f"must start with {' or '.join(schemes)}")
    return value


def _fault(fault: dict[str, object]) -> str:
    location = fault.get("loc") or ()
    names = (
        [f"RECOURS_{str(part).upper()}" for part in location] if isinstance(location, tuple) else []
    )
    message = str(fault.get("msg", "")).removeprefix("Value error, ")
    return f"{' '.join(names)} {message}".strip()
