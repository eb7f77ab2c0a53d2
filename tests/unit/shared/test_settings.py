"""Settings: read once, refused in words, and all of them documented."""

from __future__ import annotations

import pytest

from shared.errors import Misconfigured
from shared.runtime.settings import read_settings, split_address
from shared.runtime.settings_page import page
from tests.conftest import ROOT


def test_the_defaults_are_the_embedded_shape() -> None:
    settings = read_settings()
    assert settings.embedded
    assert settings.bus_url == settings.store
    assert settings.smtp_listen == "127.0.0.1:2525"


@pytest.mark.parametrize(
    ("overrides", "name"),
    [
        ({"store": "postgres://x"}, "RECOURS_STORE"),
        ({"relay": "carrier-pigeon:"}, "RECOURS_RELAY"),
        ({"smtp_listen": "2525"}, "RECOURS_SMTP_LISTEN"),
        ({"readers": 0}, "RECOURS_READERS"),
        ({"scans": "always"}, "RECOURS_SCANS"),
        ({"clamd": "localhost:3310"}, "RECOURS_CLAMD"),
        ({"clamd": "tcp://localhost"}, "RECOURS_CLAMD"),
        ({"log_level": "LOUD"}, "RECOURS_LOG_LEVEL"),
        ({"oidc_issuer": "http://identity.example"}, "RECOURS_OIDC_ISSUER"),
        ({"oidc_issuer": "http://localhost.example"}, "RECOURS_OIDC_ISSUER"),
        ({"oidc_issuer": "https://identity.example"}, "RECOURS_OIDC_CLIENT_SECRET_FILE"),
        ({"oidc_client_id": "desk"}, "RECOURS_OIDC_ISSUER"),
        ({"hook_networks": "10.0.0.0/8, everywhere"}, "RECOURS_HOOK_NETWORKS"),
        ({"store": "sqlite:///a.db", "bus": "amqp://localhost"}, "RECOURS_BUS"),
        ({"store": "sqlite:///a.db", "bus": "sqlite:///b.db"}, "RECOURS_BUS"),
        ({"store": "mongodb://localhost/x"}, "sqlite:/// or amqp://"),
    ],
)
def test_nonsense_is_refused_and_named(overrides: dict[str, object], name: str) -> None:
    with pytest.raises(Misconfigured, match="Nothing was started") as caught:
        read_settings(**overrides)
    assert name in str(caught.value)


def test_a_refusal_does_not_repeat_what_was_set() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_settings(store="postgres://root:secret@h")
    assert "secret" not in str(caught.value)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURS_SMTP_LISTEN", "127.0.0.1:25")
    assert read_settings().smtp_listen == "127.0.0.1:25"


@pytest.mark.parametrize("value", ["", ":1", "host", "host:", "host:99999", "host:x"])
def test_an_address_needs_host_and_port(value: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        split_address(value)


def test_the_docs_say_what_the_code_says() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page()
