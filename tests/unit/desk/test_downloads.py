"""What a browser is told about a stranger's document."""

from __future__ import annotations

import pytest

from services.desk.downloads import download_headers
from services.desk.kinds import kind_of


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xml", "", "text/plain"]
)
def test_what_a_browser_might_run_is_bare_bytes(kind: str) -> None:
    assert download_headers("a", kind)["Content-Type"] == "application/octet-stream"


def test_a_known_type_is_told() -> None:
    assert download_headers("a.pdf", "application/pdf; x=y")["Content-Type"] == "application/pdf"


def test_a_document_is_saved_and_never_shown() -> None:
    headers = download_headers("a.pdf", "application/pdf")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_no_name_breaks_out_of_its_header() -> None:
    value = download_headers('é"; x\r\n.pdf', "application/pdf")["Content-Disposition"]
    assert "\r" not in value
    assert "\n" not in value
    assert value.count('"') == 2
    assert "filename*=UTF-8''%C3%A9%22%3B%20x%0D%0A.pdf" in value


@pytest.mark.parametrize(
    ("detected", "word"),
    [("image/png", "photo"), ("image/svg+xml", "other"), ("application/pdf", "pdf"), ("", "other")],
)
def test_staff_are_told_a_word(detected: str, word: str) -> None:
    assert kind_of(detected) == word
