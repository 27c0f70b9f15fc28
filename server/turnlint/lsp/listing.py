"""A long list as the answer to a request, written item by item in slices."""

from __future__ import annotations

from typing import Any

from turnlint.lsp.document import Document
from turnlint.lsp.pace import Pace
from turnlint.lsp.protocol import Written, dump

__all__ = ["MOST_ITEMS", "Listing"]

MOST_ITEMS = 5_000
"""Editors freeze over longer lists: this is where the servers of VS Code stop, too."""


class Listing(Pace):
    """Paces a request about a document and writes its answer meanwhile."""

    LONG_ROW = 1 << 16
    """Of many rows, going aside for each of the others would take the longer."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._items: list[bytes] = []

    async def add(self, *items: dict[str, Any]) -> None:
        """Write some items, and let others run if a slice is used up. Raises as `Pace.breathe` does."""
        self._items += map(dump, items)
        await self.breathe()

    def written(self) -> Written:
        """The whole list."""
        return Written(b"[%b]" % b",".join(self._items))
