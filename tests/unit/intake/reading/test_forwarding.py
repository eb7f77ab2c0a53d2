"""A mail that is passed on in the text of another, and a reply that only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.intake.reading.forwarding import forwarded
from services.intake.reading.own_words import parts_of

NBSP = "\u00a0"
BODY = "Ma rue n’est pas déneigée.\n\nJean"
MOMENT = datetime(2026, 3, 3, 14, 12, tzinfo=UTC)
WHO = "Jean Roy <jean@x.example>"

FORWARDS = {
    "gmail_fr": f"---------- Message transféré ---------\nDe{NBSP}: {WHO}\n"
    f"Date: mar. 3 mars 2026 à 09:12\nSubject: Neige\nTo: <b@m.example>\n\n\n{BODY}",
    "gmail_en": f"---------- Forwarded message ---------\nFrom: {WHO}\n"
    f"Date: Tue, Mar 3, 2026 at 9:12 AM\nSubject: Neige\nTo: <b@m.example>\n\n{BODY}",
    "apple_fr": f"Début du message transféré :\n\n> De: {WHO}\n> Objet: Neige\n"
    "> Date: 3 mars 2026 à 09:12:00 HNE\n> À: b@m.example\n> \n> "
    + BODY.replace("\n", "\n> "),
    "apple_unmarked": f"Début du message réexpédié{NBSP}:\n\nDe{NBSP}: {WHO}\nObjet{NBSP}: Neige\n"
    f"Date{NBSP}: 3 mars 2026 à 09 h 12 HNE\nÀ{NBSP}: b@m.example\n\n{BODY}",
    "thunderbird_fr": f"-------- Message transféré --------\nSujet : \tNeige\n"
    f"Date : \tTue, 3 Mar 2026 09:12:00 -0500\nDe : \t{WHO}\nPour : \tb@m.example\n\n\n\n{BODY}",
    "yahoo_fr": f"----- Message transmis -----\nDe : {WHO}\nÀ : B <b@m.example>\n"
    f"Envoyé : mardi 3 mars 2026 à 09 h 12 min 00 s UTC−5\nObjet : Neige\n\n{BODY}",
    "yahoo_one_line": f"   ----- Message transmis ----- De : {WHO}À : B <b@m.example>"
    f"Envoyé : mardi 3 mars 2026, 09:12:00 HNEObjet : Neige\n {BODY}",
    "outlook_fr": f"De{NBSP}: {WHO}\nEnvoyé{NBSP}: mardi 3 mars 2026 09:12\n"
    f"À{NBSP}: B <b@m.example>\nObjet{NBSP}: Neige\n\n{BODY}",
    "outlook_en": f"From: {WHO}\nSent: Tuesday, March 3, 2026 9:12 AM\nTo: B <b@m.example>\n"
    f"Subject: Neige\n\n{BODY}",
    "outlook_2013": "From: Jean Roy [mailto:jean@x.example]\nSent: March-03-26 9:12 AM\n"
    f"To: b@m.example\nSubject: Neige\n\n{BODY}",
    "outlook_old": f"-----Message d'origine-----\nDe : {WHO}\nEnvoyé : 3 mars 2026 09:12\n"
    f"À : b@m.example\nObjet : Neige\n\n{BODY}",
    "outlook_rule": f"________________________________\nDe : {WHO}\nEnvoyé : 3 mars 2026 09:12\n"
    f"À : b@m.example\nObjet : Neige\n\n{BODY}",
    "outlook_mobile": "De : Jean Roy <jean@x.example<mailto:jean@x.example>>\n"
    f"Date : mardi 3 mars 2026 à 09:12\nÀ : b@m.example\nObjet : Neige\n\n{BODY}",
    "proton": f"------- Forwarded Message -------\nFrom: {WHO}\n"
    f"Date: On Tuesday, March 3rd, 2026 at 9:12 AM\nSubject: Neige\nTo: b@m.example\n\n{BODY}",
    "quoted_name": "-------- Courriel original --------\nDe: \"Roy, Jean\" <jean@x.example>\n"
    f"Date: 2026-03-03 09:12 (GMT-05:00)\nÀ: b@m.example\nObjet: Neige\n\n{BODY}",
}  # fmt: skip


@pytest.mark.parametrize("name", FORWARDS)
@pytest.mark.parametrize("above", ["", "Pour votre suivi, svp.\n\n"])
def test_who_wrote_when_and_what_is_found(name: str, above: str) -> None:
    found = forwarded(above + FORWARDS[name], "TR: Neige")
    assert found is not None
    assert (found.from_address, found.subject, found.text) == ("jean@x.example", "Neige", BODY)
    assert found.from_name in {"Jean Roy", "Roy, Jean"}
    assert found.date == MOMENT


@pytest.mark.parametrize("name", FORWARDS)
def test_own_text_is_what_the_one_who_passes_on_wrote(name: str) -> None:
    assert parts_of(f"Pour votre suivi, svp.\n\n{FORWARDS[name]}", "TR: Neige").own == (
        "Pour votre suivi, svp."
    )


@pytest.mark.parametrize("name", FORWARDS)
def test_without_words_above_the_original_is_in_the_own_text(name: str) -> None:
    own = parts_of(FORWARDS[name], "TR: Neige").own
    assert "Ma rue n’est pas déneigée." in own


@pytest.mark.parametrize("name", [each for each in FORWARDS if each.startswith("outlook")])
def test_the_same_block_in_a_reply_is_history(name: str) -> None:
    assert forwarded(f"D’accord.\n\n{FORWARDS[name]}", "RE: Neige") is None


@pytest.mark.parametrize("prefix", ["TR : ", "Tr: ", "Fwd: ", "FW: ", "I: ", "[EXTERNE] TR: "])
def test_an_attribution_passes_on_when_the_subject_says_so(prefix: str) -> None:
    text = f"À voir.\n\nLe 3 mars 2026 à 09:12, « Jean Roy » <jean@x.example> a écrit :\n\n{BODY}"
    found = forwarded(text, f"{prefix}Neige")
    assert found is not None
    assert (found.from_name, found.from_address, found.date, found.text) == (
        "Jean Roy", "jean@x.example", MOMENT, BODY,
    )  # fmt: skip
    assert forwarded(text, "Neige") is None


def test_what_was_passed_on_before_stays_in_the_text() -> None:
    inner = FORWARDS["outlook_fr"].replace("jean@x", "ana@y")
    found = forwarded(f"{FORWARDS['gmail_fr']}\n\n{inner}", "Fwd: TR: Neige")
    assert found is not None
    assert found.from_address == "jean@x.example"
    assert found.text == f"{BODY}\n\n{inner}"


def test_a_forward_inside_the_history_of_a_reply_is_history() -> None:
    history = "\n".join(f"> {line}" for line in FORWARDS["gmail_fr"].split("\n"))
    reply = f"Non.\n\nLe 4 mars 2026 à 10:15, B <b@m.example> a écrit :\n\n{history}"
    assert forwarded(reply, "Re: Fwd: Neige") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ma rue n’est pas déneigée.",
        "Objet : Plainte\nDate : 3 mars\nDe : Jean Roy\nÀ : Ministère\n\nMadame,",
        "> Bonjour\n\nOui.",
        "-----Message d'origine-----\nrien",
        "Message : bonjour",
    ],
)
def test_a_mail_that_passes_nothing_on(text: str) -> None:
    assert forwarded(text, "Plainte") is None


def test_an_original_that_itself_quotes_is_kept_whole() -> None:
    body = "> Où donc ?\n\nRue Saint-Denis.\n\n> Merci"
    heading = FORWARDS["gmail_fr"].removesuffix(BODY)
    found = forwarded(heading + body, "Fwd: Neige")
    assert found is not None
    assert found.text == body


def test_the_name_of_the_one_for_whom_it_was_sent_is_found() -> None:
    found = forwarded(
        "De : liste@x.example [mailto:liste@x.example] De la part de Jean Roy\n"
        f"Envoyé : 3 mars 2026 09:12\nÀ : b@m.example\nObjet : Neige\n\n{BODY}",
        "TR: Neige",
    )
    assert found is not None
    assert (found.from_name, found.from_address) == ("Jean Roy", "liste@x.example")


def test_a_separator_alone_still_gives_the_text() -> None:
    found = forwarded(f"---------- Forwarded message ---------\n\n{BODY}", "")
    assert found is not None
    assert (found.from_address, found.date, found.text) == ("", None, BODY)


OUTLOOK = FORWARDS["outlook_fr"].removesuffix(BODY)


@pytest.mark.parametrize(
    "banner",
    [
        "AVERTISSEMENT : ce courriel provient de l’extérieur de l’organisation. Ne cliquez pas.",
        "CAUTION: This email originated from outside of the organization.\nDo not click links.",
        "[EXTERNAL EMAIL] This message came from outside.",
        "*** Attention : expéditeur externe ***",
    ],
)
def test_the_warning_of_a_gateway_is_no_text_of_the_person(banner: str) -> None:
    found = forwarded(f"{OUTLOOK}{banner}\n\n{BODY}", "TR: Neige")
    assert found is not None
    assert found.text == BODY


@pytest.mark.parametrize(
    "words",
    [
        "Attention : votre agent m’a laissé à l’extérieur, au froid.",
        "Avertissement : je vais écrire à la ministre.",
        "Caution: the stairs outside your office are icy.",
    ],
)
def test_a_warning_that_a_person_gives_stays(words: str) -> None:
    found = forwarded(f"{OUTLOOK}{words}\n\n{BODY}", "TR: Neige")
    assert found is not None
    assert found.text == f"{words}\n\n{BODY}"


@pytest.mark.parametrize(
    "line",
    ["----- Mail transféré -----", "----- Mail original -----",
     "----- Réacheminé par Ana Exemple/BUREAU le 2026-03-04 08:01 -----"],
)  # fmt: skip
def test_the_line_above_the_headings_is_no_text_of_the_person(line: str) -> None:
    text = f"Pour votre suivi, svp.\n\n{line}\n{FORWARDS['outlook_fr']}"
    parts = parts_of(text, "TR: Neige")
    assert parts.own == "Pour votre suivi, svp."
    assert parts.forwarded is not None
    assert parts.forwarded.from_address == "jean@x.example"
