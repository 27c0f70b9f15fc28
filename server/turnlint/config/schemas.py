"""The user's own JSON Schema of rows: read from its file, and refused where it cannot be held against rows.

Nothing that it refers to is fetched, and its patterns match in linear time: see `rules.tools._schema`.
"""

from __future__ import annotations

from turnlint.config.errors import named
from turnlint.config.paths import Basis
from turnlint.model import format_pointer
from turnlint.rules.tools import _schema

__all__ = ["row_schema"]


def row_schema(basis: Basis, word: str) -> str:
    """The text of a schema; `word` is its path as the settings have it.

    Raises ConfigError for a file that may not be named, cannot be read, or holds no schema of rows.
    """
    import orjson  # not loaded where no schema is named

    schema = basis.object(word, "schema", _schema.MAX_BYTES)
    wrong = _wrong(schema)
    if wrong:
        raise basis.fault(f"{named(word)}: {wrong}")
    return orjson.dumps(schema, option=orjson.OPT_SORT_KEYS).decode()


def _wrong(schema: dict[str, object]) -> str:
    """Why rows cannot be held against a schema; empty where they can."""
    if _schema.depth(schema) > _schema.MAX_DEPTH:
        return f"it nests deeper than {_schema.MAX_DEPTH} levels"
    for pointer, ref in _schema.external_refs(schema):
        where = named(format_pointer(pointer))
        return f"{where} leads out of the schema, to {named(ref)}; nothing is fetched: put it under `$defs`"
    for pointer, pattern in _schema.bad_patterns(schema):
        return (
            f"{named(format_pointer(pointer))} is no pattern that is matched in linear time: {named(pattern)}"
        )
    problem = _schema.problem(schema)
    if problem:
        return f"{named(format_pointer(problem.pointer) or '/')}: {problem.words}"
    return ""
