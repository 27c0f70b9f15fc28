"""What was made of some files, as long as they stay as they were and little else is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Recent"]

_MOST = 4
"""A tokenizer of an open model takes up hundreds of megabytes, in a process of its own."""
_Key = TypeVar("_Key", bound=Hashable)
_Made = TypeVar("_Made")


class Recent(Generic[_Key, _Made]):
    """Keeps the few things that were last asked for; any number of threads may share it.

    What is given up ends when its last user lets go of it.
    """

    def __init__(self, make: Callable[[_Key], _Made]) -> None:
        self._make = make
        self._made: dict[_Key, tuple[object, _Made]] = {}
        self._making = Lock()

    def get(self, key: _Key, state: object) -> _Made:
        """What is made of a key, anew where the state of its files has changed. Raises what making raises."""
        with self._making:
            held = self._made.pop(key, None)
            if held is None or held[0] != state:
                del held
                held = state, self._make(key)
            self._made[key] = held
            if len(self._made) > _MOST:
                del self._made[next(iter(self._made))]
            return held[1]

    def clear(self) -> None:
        """Give up all."""
        self._made.clear()
