"""What each notice says, word for word."""

from __future__ import annotations

import pytest

from tests.snapshots import FOLDER, snapshots

EXPECTED = snapshots()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_notice_says_what_was_reviewed(name: str) -> None:
    """After a change on purpose: `python -m tests.snapshots`, and read the difference."""
    assert (FOLDER / name).read_text(encoding="utf-8") == EXPECTED[name]


def test_no_notice_is_kept_that_is_no_more() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(EXPECTED)
