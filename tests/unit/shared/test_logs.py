"""What a log line may say, whoever writes it."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
from collections.abc import Iterator

import pytest

from shared.errors import Transient
from shared.runtime.logs import JsonLines, describe, set_up_logs

SECRET = "ginette@courriel.example"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Log into memory, in the form that a process writes."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root.handlers[:] = [handler]
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_holds_a_constant_message_and_the_ids_that_are_allowed(log: io.StringIO) -> None:
    extra = {"case_id": "c1", "address_of_the_person": SECRET}
    logging.getLogger("services.x").error("case is %s", SECRET, extra=extra)
    line = json.loads(log.getvalue())
    assert (line["message"], line["case_id"], line["level"]) == ("case is %s", "c1", "ERROR")
    assert SECRET not in log.getvalue()


def test_an_error_is_its_type_our_code_and_our_frames_and_never_its_text(log: io.StringIO) -> None:
    def fail() -> None:
        raise Transient("store_down", f"{SECRET} is not there")

    try:
        fail()
    except Transient as error:
        logging.getLogger("x").exception("failed")
        told = describe(error)
    assert told.startswith("Transient (store_down) tests/unit/shared/test_logs.py:")
    assert json.loads(log.getvalue())["error"] == told


async def test_the_event_loop_tells_of_a_lost_error_without_its_text(log: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(SECRET)

    task = asyncio.get_running_loop().create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    line = json.loads(log.getvalue())
    assert line["message"] == "Task exception was never retrieved"
    assert line["error"].startswith("ValueError")
    assert SECRET not in log.getvalue()


def test_a_line_that_cannot_be_written_is_not_printed_instead(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("INFO")
    try:
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        broken = io.StringIO()
        broken.close()
        handler.setStream(broken)
        logging.getLogger("services.x").error("failed", exc_info=ValueError(SECRET))
    finally:
        logging.raiseExceptions = True
    assert SECRET not in "".join(capsys.readouterr()) + log.getvalue()
