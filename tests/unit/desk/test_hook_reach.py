"""Where hooks may lead, and what they are sent."""

from __future__ import annotations

import ipaddress
import json
import re
from datetime import UTC, datetime

import pytest

from services.desk.hooks.reach import Reach, networks_in
from services.desk.hooks.signing import body_of, headers_of, secrets_of, signature
from shared.domain.hook import Hook, HookCall
from shared.domain.keys import Keys
from shared.errors import Refused
from tests.conftest import ROOT

NOW = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
HOOK = Hook(id="h1", name="x", url="https://x.example", events=("case.held",), made_at=NOW)
CALL = HookCall(
    id="c1",
    hook_id="h1",
    event_id="e1",
    event="case.held",
    at=NOW,
    case_id="k1",
    reference="26-7K3Q-9F2M-H",
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_addresses_inside_are_not_called(address: str) -> None:
    assert not Reach().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_called(address: str) -> None:
    assert Reach().allows(ipaddress.ip_address(address))


def test_operations_may_allow_a_network_of_ours() -> None:
    reach = Reach(networks=networks_in("10.20.0.0/16, fd12::/32"))
    assert reach.allows(ipaddress.ip_address("10.20.3.4"))
    assert reach.allows(ipaddress.ip_address("::ffff:10.20.3.4"))
    assert reach.allows(ipaddress.ip_address("fd12::1"))
    assert not reach.allows(ipaddress.ip_address("10.21.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example/",
        "ftp://x.example/",
        "file:///etc/passwd",
        "https://",
        "https://name:secret@x.example/",
        "https://x.example/#part",
        "https://127.0.0.1/",
        "https://[::1]:8443/",
        "https://169.254.169.254/latest",
        "https://x.example:99999/",
        "https://x.example/ y",
        "https://x.example/\r\nX: y",
        "https://x.example/é",
        "https://x.example/" + "a" * 600,
        "x.example",
    ],
)
def test_an_address_that_no_hook_may_have_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="Nothing was made"):
        Reach().refuse(url)


def test_plain_http_needs_its_setting() -> None:
    Reach(http=True).refuse("http://x.example:8080/hook?key=1")
    Reach().refuse("https://x.example:8443/hook?key=1")


def test_the_body_holds_ids_and_the_reference_alone() -> None:
    assert json.loads(body_of(CALL)) == {
        "id": "e1",
        "type": "case.held",
        "at": "2026-11-28T15:00:00+00:00",
        "case_id": "k1",
        "reference": "26-7K3Q-9F2M-H",
    }


def test_a_secret_follows_from_ours_and_from_the_hook() -> None:
    old, new = Keys([b"o" * 32]), Keys([b"n" * 32, b"o" * 32])
    other = HOOK.changed(id="h2")
    assert len(secrets_of(HOOK, old)[0]) == 64
    assert secrets_of(HOOK, new)[1:] == secrets_of(HOOK, old)
    assert secrets_of(other, old) != secrets_of(HOOK, old)


def test_while_a_secret_is_replaced_both_sign() -> None:
    old, new = Keys([b"o" * 32]), Keys([b"n" * 32, b"o" * 32])
    body = body_of(CALL)
    headers = headers_of(CALL, body, secrets_of(HOOK, new), NOW)
    timestamp = str(int(NOW.timestamp()))
    assert headers["Recours-Timestamp"] == timestamp
    assert headers["Recours-Event-Id"] == "e1"
    given = headers["Recours-Signature"].split(", ")
    assert f"v1={signature(secrets_of(HOOK, old)[0], timestamp, body)}" in given
    assert len(given) == 2


def test_a_signature_holds_for_its_moment_and_its_body() -> None:
    right = signature("s", "1", b"{}")
    assert right == "b253639bcd705ed1cda3073f66104f16988bd40272584dea7d0d345ae93e61cc"
    assert signature("s", "2", b"{}") != right
    assert signature("s", "1", b"{ }") != right
    assert signature("t", "1", b"{}") != right


def test_the_example_of_the_docs_holds() -> None:
    """Whoever writes a receiver tries it with the secret, the headers and the body shown there."""
    docs = (ROOT / "docs" / "api.md").read_text("utf-8")
    secret = re.search(r"^[0-9a-f]{64}$", docs, re.MULTILINE)
    told = re.search(
        r"^Recours-Timestamp: (\d+)\nRecours-Signature: v1=(\w+)\n\n(\{.*\})$", docs, re.MULTILINE
    )
    assert secret is not None
    assert told is not None
    assert signature(secret[0], told[1], told[3].encode()) == told[2]
