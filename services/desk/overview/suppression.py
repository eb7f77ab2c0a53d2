"""Which counts a public table hides, so that nobody works a small one out. Pure.

Every count from 1 to 9 is hidden. What is shown must not give it back: a hidden count may be found
by subtraction from its totals, over several lines at once, or because what is hidden with it cannot
be less than one. So others are hidden too, until each small count could be any of ten values at
least for somebody who knows everything that is shown.

That is decided exactly. A count stands in two sums at most (its line and its column, or one of
them), once on each side, so counts are edges of a network whose nodes are sums: what a hidden count
may still be is what can flow round through it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

#: Counts under this are small, and this many values must stay possible.
SMALL = 10
#: The node of what stands in one sum only.
FREE = ""


class Cell(NamedTuple):
    """A count: `plus` is the sum that it adds to, `minus` the one that it is taken from.

    A total is taken from the sum of its parts. Each sum comes to a number that anybody may know.
    """

    number: int
    plus: str = FREE
    minus: str = FREE


@dataclass(frozen=True, slots=True)
class Network:
    """Cells by name."""

    cells: Mapping[str, Cell]

    def hidden(self) -> frozenset[str]:
        """Return the cells to hide: every small one, and the few large ones that it takes to keep
        each of them open. When that is not enough, all of them, zeros too."""
        hidden = {name for name, cell in self.cells.items() if 0 < cell.number < SMALL}
        for name in sorted(hidden, key=lambda one: (self.cells[one].number, one)):
            while not self.is_open(name, hidden):
                more = self._way_round(name, hidden) or self._neighbour(name, hidden)
                if not more:
                    return frozenset(self.cells)
                hidden |= more
        return frozenset(hidden)

    def is_open(self, name: str, hidden: AbstractSet[str]) -> bool:
        """Tell whether a hidden cell could be any of SMALL values at least, given the others.

        A hidden cell is known to be one at least, as nothing is hidden that is zero.
        """
        cell, need = self.cells[name], SMALL - 1
        if cell.plus == cell.minus:
            return True  # in no sum at all
        up = _flow(self._room(hidden, name), cell.plus, cell.minus, need)
        down = _flow(self._room(hidden, name), cell.minus, cell.plus, need)
        return up + min(down, cell.number - 1) >= need

    def _room(self, hidden: AbstractSet[str], without: str) -> _Room:
        """Return what can flow between sums: raising a cell moves what is too much in its minus
        sum to its plus sum, lowering it the other way, down to one."""
        room: _Room = {}
        for name in hidden:
            if name != without:
                cell = self.cells[name]
                _widen(room, cell.minus, cell.plus, _NO_BOUND)
                _widen(room, cell.plus, cell.minus, cell.number - 1)
        return room

    def _way_round(self, name: str, hidden: AbstractSet[str]) -> set[str]:
        """Return the fewest and smallest shown cells that, hidden, let a cell be larger by as much
        as it takes: what it adds to its one sum is taken back on a way round to its other one.
        Nothing when there is no such way (Dijkstra, over sums)."""
        ways, start, end = self._ways(name), self.cells[name].plus, self.cells[name].minus
        waiting: list[tuple[int, int, str, tuple[str, ...]]] = [(0, 0, start, ())]
        done: set[str] = set()
        while waiting:
            count, total, node, taken = heappop(waiting)
            if node == end:
                return set(taken) - hidden
            if node in done:
                continue
            done.add(node)
            for further, cell, number in ways.get(node, ()):
                new = cell not in hidden
                way = (count + new, total + new * number, further, (*taken, cell))
                heappush(waiting, way)
        return set()

    def _ways(self, name: str) -> dict[str, list[tuple[str, str, int]]]:
        """Return where from each sum one can go on, by which cell: raising any, or lowering one
        that is large enough. Zeros stay as they are."""
        ways: dict[str, list[tuple[str, str, int]]] = {}
        for one, (number, plus, minus) in self.cells.items():
            if number and one != name:
                ways.setdefault(minus, []).append((plus, one, number))
                if number >= SMALL:
                    ways.setdefault(plus, []).append((minus, one, number))
        return ways

    def _neighbour(self, name: str, hidden: AbstractSet[str]) -> set[str]:
        """Return the smallest shown cell that touches what `name` is tied to; nothing when all of
        them are hidden already."""
        reach = self._reach(name, hidden)
        near = [
            (cell.number, one)
            for one, cell in self.cells.items()
            if one not in hidden and cell.number and reach & {cell.plus, cell.minus} - {FREE}
        ]
        return {min(near)[1]} if near else set()

    def _reach(self, name: str, hidden: AbstractSet[str]) -> set[str]:
        """Return the sums that hidden cells tie to this one, its own among them."""
        reach = {self.cells[name].plus, self.cells[name].minus} - {FREE}
        while True:
            more = {
                node
                for one in hidden
                for node in (self.cells[one].plus, self.cells[one].minus)
                if reach & {self.cells[one].plus, self.cells[one].minus}
            } - {FREE}
            if more <= reach:
                return reach
            reach |= more


_Room = dict[str, dict[str, int]]
_NO_BOUND = 10**9


def _widen(room: _Room, start: str, end: str, more: int) -> None:
    row = room.setdefault(start, {})
    row[end] = row.get(end, 0) + more
    room.setdefault(end, {}).setdefault(start, 0)


def _flow(room: _Room, start: str, end: str, need: int) -> int:
    """Return how much can flow from `start` to `end`, `need` at most (Edmonds and Karp)."""
    total = 0
    while total < need and (path := _path(room, start, end)):
        least = min(room[a][b] for a, b in path)
        least = min(least, need - total)
        for a, b in path:
            room[a][b] -= least
            room[b][a] += least
        total += least
    return total


def _path(room: _Room, start: str, end: str) -> list[tuple[str, str]]:
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in came:
        node = waiting.popleft()
        for further, free in room.get(node, {}).items():
            if free > 0 and further not in came:
                came[further] = node
                waiting.append(further)
    if end not in came:
        return []
    path = []
    node = end
    while node != start:
        path.append((came[node], node))
        node = came[node]
    return path
