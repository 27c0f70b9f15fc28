"""What grader templates ask of a row, such as `{{ item.reference.answer }}`: read, never carried out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from turnlint.model import Pointer

__all__ = ["has_item", "items_in"]

# Compiled by their first use. Every repetition ends before what may follow it can begin, so matching takes
# linear time.
_TEMPLATE = r"\{\{([^{}]{1,1000})\}\}"
_ITEM = r"""\s*(item(?:\.[^\s.\[\]{}()|'"]+|\[[0-9]{1,9}\]|\["[^"\]]+"\]|\['[^'\]]+'\])+)\s*(?:\||\Z)"""
_STEP = r"""\.([^\s.\[\]{}()|'"]+)|\[([0-9]{1,9})\]|\["([^"\]]+)"\]|\['([^'\]]+)'\]"""


def items_in(text: str) -> Iterator[str]:
    """Yield what the templates in a text read of a row, as they write it: `item.reference.answer`."""
    for template in re.finditer(_TEMPLATE, text):
        found = re.match(_ITEM, template[1])
        if found is not None:
            yield found[1]


def has_item(row: Any, item: str) -> bool:
    """Whether a row has what a template reads, which `items_in` gave. Of anything else, true."""
    value = row
    for step in _pointer(item):
        if type(value) is dict and str(step) in value:
            value = value[str(step)]
        elif type(value) is list and str(step).isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False
    return True


@lru_cache(1_000)
def _pointer(item: str) -> Pointer:
    """The steps from a row to what a template reads; none where it is not to be understood."""
    found = re.fullmatch(_ITEM, item)
    return tuple(next(filter(None, one.groups())) for one in re.finditer(_STEP, found[1])) if found else ()
