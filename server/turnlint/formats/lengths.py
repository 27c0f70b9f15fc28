"""Lists of a row that go together item by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from turnlint.model import Place, ShapeFault

__all__ = ["length_faults"]


def length_faults(value: dict[str, Any], first: str, *others: str) -> Iterator[ShapeFault]:
    """The faults of lists that are not as long as the first one; keys without a list are passed over."""
    wanted = len(value[first])
    for key in others:
        found = value.get(key)
        if type(found) is list and len(found) != wanted:
            name = "length-mismatch"
            yield ShapeFault(name, Place((key,)), "row", key, (first, str(wanted)), found, name)
