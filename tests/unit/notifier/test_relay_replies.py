"""Replies of an SMTP server, however they are cut; and mail as DATA carries it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notifier.relay_connection import on_the_wire
from services.notifier.relay_replies import Garbled, Replies

GLUED = b"250 2.1.0 OK\r\n250-one\r\n250-\r\n250 two\r\n354\r\n550 5.1.1 inconnu \xc3\xa9\r\n"


@given(some.lists(some.integers(0, len(GLUED)), max_size=8))
def test_replies_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(GLUED)]
    pieces = [GLUED[a:b] for a, b in pairwise(places)]
    replies = Replies()
    assert [code for piece in pieces for code in replies.feed(piece)] == [250, 250, 354, 550]


def test_an_unfinished_reply_is_none() -> None:
    replies = Replies()
    assert list(replies.feed(b"250-one\r\n250 two\r")) == []
    assert list(replies.feed(b"\n")) == [250]


@pytest.mark.parametrize(
    "words",
    [
        b"\r\n",
        b"OK\r\n",
        b"25 OK\r\n",
        b"2500 OK\r\n",
        b"199 wait\r\n",
        b"650 what\r\n",
        b"250OK\r\n",
        b"250 OK\n",
        b"250 O\rK\r\n",
        b"250 O\x00K\r\n",
        b"250-one\r\n251 two\r\n",
        b"250 " + b"x" * 5000,
        b"250 " + b"x" * 5000 + b"\r\n",
        b"250-x\r\n" * 8000,
    ],
)
def test_what_is_no_reply_is_not_read_as_one(words: bytes) -> None:
    with pytest.raises(Garbled):
        list(Replies().feed(words))


def test_a_good_reply_before_a_bad_one_counts() -> None:
    codes = Replies().feed(b"250 taken\r\nnonsense\r\n")
    assert next(codes) == 250
    with pytest.raises(Garbled):
        next(codes)


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.\r\n.b\r\n\r\n", b"a\r\n..\r\n..b\r\n\r\n.\r\n"),
        (b"a\n.\nb\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r.\r\nb\n\r", b"a\r\n..\r\nb\r\n\r\n.\r\n"),
        (b"a\r\r\n\n.\r", b"a\r\n\r\n\r\n..\r\n.\r\n"),
        (b"a\n\rb\r\n", b"a\r\n\r\nb\r\n.\r\n"),
    ],
)
def test_a_body_ends_only_where_it_ends(raw: bytes, sent: bytes) -> None:
    assert on_the_wire(raw) == sent


@given(some.text("a.\r\n", max_size=30))
def test_no_body_holds_an_end_before_its_end(text: str) -> None:
    sent = on_the_wire(text.encode())
    assert sent.endswith(b"\r\n.\r\n")
    assert (b"\r\n" + sent).count(b"\r\n.\r\n") == 1
    assert sent.count(b"\n") == sent.count(b"\r") == sent.count(b"\r\n")
