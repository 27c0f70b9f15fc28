"""Which lines of a document repeat each other, kept up to date line by line."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from turnlint.corpus.exact import ExactIndex
from turnlint.lsp.order import LineOrder
from turnlint.text.lines import Line, LineStore

__all__ = ["Copies"]


class Copies:
    """Groups of lines with equal keys. Uses `Line.key` for the line's handle in the index."""

    lines: LineOrder
    """All lines of groups that have more lines than are allowed."""
    groups: int
    """How many such groups there are."""
    surplus: int
    """How many lines they have too many, together."""

    def __init__(self, store: LineStore) -> None:
        self._store = store
        self._index = ExactIndex()
        self._by_handle: list[Line | None] = []
        self._keys = array("Q")
        self._free: list[int] = []
        self._orders: dict[int, dict[Line, int]] = {}
        self._allowed = 1
        self._accepted: Mapping[int, int] = {}
        self.lines = LineOrder(store)
        self.groups = self.surplus = 0

    def allow(self, lines: int, accepted: Mapping[int, int]) -> None:
        """Allow so many equal lines, and more of those with a key in `accepted`. At first one is allowed."""
        some = {key for key, _ in accepted.items() ^ self._accepted.items()}
        changed = some if lines == self._allowed else some.union(self._index.groups())
        before = {key: self.allowed(key) for key in changed}
        self._allowed, self._accepted = lines, accepted
        for key in changed:
            self._resize(
                key, self._index.count(key) - before[key], self._index.count(key) - self.allowed(key)
            )

    def allowed(self, key: int) -> int:
        """How many lines may have a key."""
        return max(self._allowed, self._accepted.get(key, 0))

    def add(self, line: Line, key: int) -> None:
        """Take in a line by the 64-bit key of its row."""
        if self._free:
            handle = self._free.pop()
            self._by_handle[handle], self._keys[handle] = line, key
        else:
            handle = len(self._by_handle)
            self._by_handle.append(line)
            self._keys.append(key)
        line.key = handle
        if self._index.add(key, handle) is not None:
            self._orders.pop(key, None)
            surplus = self._index.count(key) - self.allowed(key)
            self._resize(key, surplus - 1, surplus)
            if surplus > 1:
                self.lines.add(line)

    def remove(self, line: Line) -> None:
        """Let go of a line that was added; of another one nothing."""
        handle, line.key = line.key, None
        if handle is None:
            return
        key = self._keys[handle]
        self._index.remove(key, handle)
        self._by_handle[handle] = None
        self._free.append(handle)
        self._orders.pop(key, None)
        self.lines.discard(line)
        surplus = self._index.count(key) - self.allowed(key)
        self._resize(key, surplus + 1, surplus)

    def _resize(self, key: int, before: int, after: int) -> None:
        """Follow a change of how many lines of a key there are too many."""
        self.surplus += max(after, 0) - max(before, 0)
        self.groups += (after > 0) - (before > 0)
        if (after > 0) != (before > 0):
            change = self.lines.add if after > 0 else self.lines.discard
            for line in self.equal(key):
                change(line)

    def key(self, line: Line) -> int:
        """The key of a line that was added."""
        handle: int = line.key
        return self._keys[handle]

    def equal(self, key: int) -> list[Line]:
        """The lines that have a key, in no particular order."""
        return [*map(self._line, self._index.group(key))]

    def group(self, line: Line) -> dict[Line, int]:
        """Give the lines equal to this one and itself, in order of the document, with their positions."""
        key = self._keys[line.key]
        order = self._orders.get(key)
        if order is None:  # lines never change places, so an order holds until the group changes
            lines = sorted(map(self._line, self._index.group(key)), key=self._store.number)
            order = self._orders[key] = {one: at for at, one in enumerate(lines)}
        return order

    def _line(self, handle: int) -> Line:
        line = self._by_handle[handle]
        assert line is not None, "the index holds only handles of lines that were added"
        return line
