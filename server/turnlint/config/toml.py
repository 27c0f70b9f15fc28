"""TOML beyond reading it: on which line of a file a setting stands, and values written as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from turnlint.config.errors import ConfigError
from turnlint.config.inline import parsed

__all__ = ["Keys", "dotted", "leaves", "lines_of", "spelled"]

Keys: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables, and 0-based places in arrays of tables."""

_LONGEST = 200
"""A value over so many lines is not looked for, nor what follows it."""


def leaves(document: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """What a document sets, table by table: each value with the way to it. Inline tables count as tables."""
    if isinstance(document, dict) and (document or not keys):
        for key, value in document.items():
            yield from leaves(value, (*keys, key))
    elif isinstance(document, list) and document and all(isinstance(one, dict) for one in document):
        for at, one in enumerate(document):
            yield from leaves(one, (*keys, at))
    else:
        yield keys, document


def dotted(keys: Keys) -> str:
    """The way to a value as one word: `dataset[0].train`."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in keys).removeprefix(".")


def lines_of(text: str) -> dict[Keys, int]:
    """The 1-based lines on which the values of a valid document begin, by the ways of `leaves`."""
    found: dict[Keys, int] = {}
    counts: dict[Keys, int] = {}
    table: Keys = ()
    statement: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        statement.append(line)
        if len(statement) > _LONGEST:
            break
        try:
            said = parsed("\n".join(statement))
        except ConfigError:  # the value goes on
            continue
        first = number - len(statement) + 1
        if statement[0].lstrip().startswith("["):
            table = _table(said, counts)
        else:
            for keys, _ in leaves(said):
                found.setdefault((*table, *keys), first)
        statement.clear()
    return found


def spelled(value: Any) -> str:
    """Write a value as TOML on one line. Raises ValueError for text that TOML cannot hold."""
    if isinstance(value, str):
        value.encode()  # half an emoji has no place in TOML
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {spelled(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(spelled, value)) + "]"
    return str(value)


def _key(word: str) -> str:
    is_bare = word.isascii() and word.replace("-", "a").replace("_", "a").isalnum()
    return word if is_bare else spelled(word)


def _table(header: Any, counts: dict[Keys, int]) -> Keys:
    """The table that a header opens; `counts` has how many there are of each array of tables."""
    keys: Keys = ()
    while header:
        if isinstance(header, list):
            header = header[0]
            if not header:
                counts[keys] = counts.get(keys, 0) + 1
                return (*keys, counts[keys] - 1)
        else:
            ((key, header),) = header.items()
            keys = (*keys, key)
            if keys in counts and isinstance(header, dict):
                keys = (*keys, counts[keys] - 1)
    return keys
