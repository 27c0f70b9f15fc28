"""What was found in texts that come again and again, as roles and system prompts do."""

from __future__ import annotations

from collections.abc import Callable
from sys import getsizeof
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Kept"]

_KEPT = 6_000_000
"""Texts and what was found in them may take up so many bytes,"""
_ENTRY = 100
"""where each text takes so many more, for its entry."""

_Found = TypeVar("_Found")


class Kept(Generic[_Found]):
    """Keeps what a function finds in texts; any number of threads may share it."""

    def __init__(self, find: Callable[[str], _Found]) -> None:
        self._find = find
        self._found: dict[str, _Found] = {}
        self._room = _KEPT
        self._keeping = Lock()

    def __call__(self, text: str) -> _Found:
        """What the function finds in a text. Raises what it raises."""
        found = self._found.get(text)
        if found is None:
            found = self._find(text)
            self._keep(text, found)
        return found

    def _keep(self, text: str, found: _Found) -> None:
        """Remember a text, and forget all others where there is no room."""
        size = getsizeof(text) + getsizeof(found) + _ENTRY
        if size > _KEPT // 10:
            return
        with self._keeping:
            if size > self._room:
                self._found.clear()
                self._room = _KEPT
            self._room -= size
            self._found[text] = found
