"""Where the rows of a file stand in it, where they are not its lines."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Layout"]


class Layout(Protocol):
    """The places of rows."""

    def position(self, row: int, column: int) -> tuple[int, int]:
        """The line and the column in the file of a column of a row, all in code points and from 0.

        Raises OSError where the file cannot be read again.
        """
