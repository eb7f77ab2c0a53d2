"""The bytes of a mail in two parts."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.two_part_mail import mailbox, two_part_mail, unstructured


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def mail(*headers: tuple[str, str], text: str = "a", html: str = "<p>a</p>") -> bytes:
    return two_part_mail(headers, text=text, html=html, boundary="=_b")


def test_every_line_ends_with_crlf_and_is_short() -> None:
    raw = mail(("Subject", "mot " * 80), text="é" * 3000, html=f"<p>{'à ' * 3000}</p>")
    assert raw.replace(b"\r\n", b"").find(b"\n") == -1
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\x85"))
)
def test_any_text_comes_back_as_it_went_in(text: str) -> None:
    part = parsed(mail(text=text)).get_body(("plain",))
    assert part is not None
    assert part.get_content().removesuffix("\n") == text


def test_a_line_of_one_dot_and_a_line_from_survive() -> None:
    raw = mail(text="a\r\n.\r\nFrom here\r\n")
    assert b"\r\n.\r\n" not in raw
    part = parsed(raw).get_body(("plain",))
    assert part is not None
    assert part.get_content() == "a\r\n.\r\nFrom here\r\n"


@pytest.mark.parametrize(
    "subject",
    [
        "We have received your complaint 26-7K3Q-9F2M-H",
        "Nous avons reçu votre plainte 26-7K3Q-9F2M-H",
        "déjà été reçu à Montréal, d’ici décembre =?utf-8?q?x?= fin",
    ],
)
def test_a_subject_comes_back_as_it_went_in(subject: str) -> None:
    message = parsed(mail(("Subject", unstructured(subject))))
    assert message["Subject"] == subject
    assert not message.defects
    assert not message["Subject"].defects


def test_a_value_never_begins_a_header_of_its_own() -> None:
    message = parsed(mail(("Subject", "a\r\nBcc: b@autre.example\r\n\r\ntexte")))
    assert message["Bcc"] is None
    assert message["Subject"] == "a Bcc: b@autre.example texte"


@pytest.mark.parametrize(
    "name",
    [
        "Complaints office",
        'Bureau "Nord", plaintes',
        "Direction des plaintes et des relations avec la clientèle (Ministère de l’Exemple)",
    ],
)
def test_a_display_name_comes_back_as_it_went_in(name: str) -> None:
    address = parsed(mail(("From", mailbox(name, "a@b.example"))))["From"].addresses[0]
    assert address.display_name == name
    assert address.addr_spec == "a@b.example"
