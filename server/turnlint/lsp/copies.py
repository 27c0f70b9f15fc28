"""Which lines of a document repeat each other, kept up to date line by line."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable

from turnlint.corpus.exact import ExactIndex
from turnlint.lsp.order import LineOrder
from turnlint.text.lines import Line, LineStore

__all__ = ["Copies"]


class Copies:
    """Groups of lines with equal keys. Uses `Line.key` for the line's handle in the index."""

    lines: LineOrder
    """All lines that have a copy."""

    def __init__(self, store: LineStore) -> None:
        self._store = store
        self._index = ExactIndex()
        self._by_handle: list[Line | None] = []
        self._keys = array("Q")
        self._free: list[int] = []
        self._orders: dict[int, dict[Line, int]] = {}
        self._sizes = Counter[int]()
        self.lines = LineOrder(store)

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
        other = self._index.add(key, handle)
        if other is not None:
            self.lines.add(self._line(other))
            self.lines.add(line)
            self._orders.pop(key, None)
            size = self._index.count(key)
            self._sizes[size] += 1
            self._sizes[size - 1] -= 1

    def remove(self, line: Line) -> None:
        """Let go of a line that was added; of another one nothing."""
        handle, line.key = line.key, None
        if handle is None:
            return
        key = self._keys[handle]
        self._index.remove(key, handle)
        self._by_handle[handle] = None
        self._free.append(handle)
        if line in self.lines:
            self.lines.discard(line)
            self._orders.pop(key, None)
            size = self._index.count(key)
            self._sizes[size + 1] -= 1
            self._sizes[size] += 1
            if size == 1:
                self.lines.discard(self._line(self._index.group(key)[0]))

    def groups(self) -> Iterable[tuple[int, int]]:
        """How many lines are equal, and how many such groups there are."""
        return ((size, groups) for size, groups in self._sizes.items() if size > 1 and groups)

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
