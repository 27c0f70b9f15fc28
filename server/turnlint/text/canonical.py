"""The normal form of a JSON value, as `text.normal` has it for texts."""

from __future__ import annotations

from typing import Any

import orjson

from turnlint.text.compact import compact
from turnlint.text.decode import decode
from turnlint.text.normal import normal

__all__ = ["canonical", "canonical_json"]


def canonical(value: Any) -> bytes:
    """Write a decoded value the same for whatever order of keys, case and white space. Never raises."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # lone surrogates, integers of no machine, nested too deep
        text = compact(value)
    return normal(text)


def canonical_json(value: Any) -> bytes:
    """Write what a string holds as JSON text, if it does; any other value as it is."""
    if type(value) is str:
        row = decode(value.encode("utf-8", "surrogatepass"))
        value = row.value if row.parsed else value
    return canonical(value)
