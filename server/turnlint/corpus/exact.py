"""Which rows are equal, by 64-bit keys, in some 25 bytes a row."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ExactIndex"]

_SEVERAL = -1
"""Stands for the handle where a key has several of them."""
_FIRST_PLACES = 8


class ExactIndex:
    """A multimap from 64-bit keys, which must be well mixed (hashes), to non-negative handles below 2**63.

    Keys and handles stand side by side in two dense arrays; an open-addressing table says where (linear
    probing, at most half full, no tombstones). Only keys with several handles cost a Python object each.
    """

    def __init__(self) -> None:
        self._keys = array("Q", [0])  # entry 0 stays unused: 0 in the table means free
        self._handles = array("q", [0])
        self._several: dict[int, array[int]] = {}
        self._table = array("I", bytes(4 * _FIRST_PLACES))
        self._mask = _FIRST_PLACES - 1

    def add(self, key: int, handle: int) -> int | None:
        """Add a handle; give the lowest one that the key had already, None where it had none."""
        table, keys, mask = self._table, self._keys, self._mask
        place = key & mask
        while entry := table[place]:
            if keys[entry] == key:
                return self._add_to(entry, key, handle)
            place = (place + 1) & mask
        table[place] = len(keys)
        keys.append(key)
        self._handles.append(handle)
        if len(keys) > mask >> 1:
            self._grow()
        return None

    def remove(self, key: int, handle: int) -> None:
        """Take a handle away. Raises KeyError where the key does not have it."""
        place = self._find(key)
        entry = self._table[place]
        if entry and self._handles[entry] == handle:
            self._free(place)
            self._drop(entry)
            return
        several = self._several.get(key)
        at = bisect_left(several, handle) if several else 0
        if several is None or at == len(several) or several[at] != handle:
            raise KeyError((key, handle))
        del several[at]
        if len(several) == 1:
            self._handles[entry] = several[0]
            del self._several[key]

    def group(self, key: int) -> list[int]:
        """Give all handles of a key, lowest first."""
        entry = self._table[self._find(key)]
        if not entry:
            return []
        handle = self._handles[entry]
        return list(self._several[key]) if handle == _SEVERAL else [handle]

    def count(self, key: int) -> int:
        """Give the number of handles of a key."""
        if not self._table[self._find(key)]:
            return 0
        return len(self._several.get(key, (key,)))

    def keys(self) -> array[int]:
        """Give all keys as they are now, in no particular order."""
        return self._keys[1:]

    def groups(self) -> Iterator[int]:
        """Give the keys that have two handles or more, in no particular order."""
        return iter(self._several)

    def merge(self, other: ExactIndex, offset: int) -> None:
        """Add everything that another index holds, with `offset` added to each handle."""
        for entry in range(1, len(other._keys)):
            key, handle = other._keys[entry], other._handles[entry]
            for each in tuple(other._several[key]) if handle == _SEVERAL else (handle,):
                self.add(key, each + offset)

    def _add_to(self, entry: int, key: int, handle: int) -> int:
        held = self._handles[entry]
        if held == handle:
            return held
        if held != _SEVERAL:
            self._several[key] = array("q", sorted((held, handle)))
            self._handles[entry] = _SEVERAL
            return held
        several = self._several[key]
        lowest = several[0]
        at = bisect_left(several, handle)
        if at == len(several) or several[at] != handle:
            several.insert(at, handle)
        return lowest

    def _find(self, key: int) -> int:
        """Find the place of a key in the table, or the free place where it would go."""
        table, keys, mask = self._table, self._keys, self._mask
        place = key & mask
        while (entry := table[place]) and keys[entry] != key:
            place = (place + 1) & mask
        return place

    def _free(self, hole: int) -> None:
        """Free a place of the table, and move up what was pushed behind it."""
        table, keys, mask = self._table, self._keys, self._mask
        place = (hole + 1) & mask
        while entry := table[place]:
            pushed = (place - keys[entry]) & mask
            if pushed >= (place - hole) & mask:
                table[hole] = entry
                hole = place
            place = (place + 1) & mask
        table[hole] = 0

    def _drop(self, entry: int) -> None:
        """Take out an entry that the table no longer names; the last one moves into its place."""
        keys, handles = self._keys, self._handles
        if entry < len(keys) - 1:
            self._table[self._find(keys[-1])] = entry
            keys[entry], handles[entry] = keys[-1], handles[-1]
        keys.pop()
        handles.pop()

    def _grow(self) -> None:
        """Give the table twice the places."""
        size = 2 * len(self._table)
        table, mask = array("I", bytes(4 * size)), size - 1
        for entry, key in enumerate(islice(self._keys, 1, None), 1):
            place = key & mask
            while table[place]:
                place = (place + 1) & mask
            table[place] = entry
        self._table, self._mask = table, mask
