"""What a grader reads of the rows: the fields in the templates of its file, which is JSON as OpenAI takes it.

Graders are read and never run: what the source of a `python` grader asks for is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turnlint.config.paths import Basis
from turnlint.text.templates import items_in

__all__ = ["FIELDS", "grader_fields"]

FIELDS = 100
"""So many fields are looked for in each row; a grader reads a handful."""

_MOST_BYTES = 1 << 20


def grader_fields(basis: Basis, word: str) -> dict[str, str]:
    """What the templates of a grader read, as `item.answer`, each with the name of the grader that does.

    `word` is the path as the settings have it. Raises ConfigError for a file that may not be named, cannot be
    read, or holds no grader.
    """
    fields: dict[str, str] = {}
    for text, grader in _texts(basis.object(word, "grader", _MOST_BYTES), Path(word).name):
        for field in items_in(text):
            if len(fields) < FIELDS:
                fields.setdefault(field, grader)
    return fields


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text in a grader but its source, with the name of the innermost grader that has one."""
    todo = [(value, name)]
    while todo:
        one, name = todo.pop()
        if type(one) is str:
            yield one, name
        elif type(one) is list:
            todo += [(item, name) for item in reversed(one)]
        elif type(one) is dict:
            own = one.get("name")
            name = own if type(own) is str and own else name
            todo += [(item, name) for key, item in reversed(one.items()) if key != "source"]
