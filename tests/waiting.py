"""How tests wait: for a condition, never for a time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(predicate: Callable[[], T | Awaitable[T]], timeout: float = 10.0) -> T:  # noqa: ASYNC109 - the test says how long
    """Return the first true value of `predicate`; fail after `timeout` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        value = predicate()
        found: T = await value if inspect.isawaitable(value) else value
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {timeout} s: {inspect.getsource(predicate).strip()}")
        await asyncio.sleep(0.01)
