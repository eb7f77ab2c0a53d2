"""How tests wait: for a condition, never for a time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar, overload

T = TypeVar("T")


@overload
async def until(predicate: Callable[[], Awaitable[T]], timeout: float = ...) -> T: ...  # noqa: ASYNC109 - the test says how long
@overload
async def until(predicate: Callable[[], T], timeout: float = ...) -> T: ...  # noqa: ASYNC109 - the same


async def until(predicate: Callable[[], object], timeout: float = 10.0) -> object:  # noqa: ASYNC109 - the same
    """Return the first true value of `predicate`, awaited if need be; fail after `timeout` s."""
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        value = predicate()
        found = await value if inspect.isawaitable(value) else value
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {timeout} s: {_named(predicate)}")
        await asyncio.sleep(0.01)


def _named(predicate: Callable[[], object]) -> str:
    """Return what a test waited for, as it wrote it."""
    if isinstance(predicate, partial):
        return repr(predicate)
    return inspect.getsource(predicate).strip()
