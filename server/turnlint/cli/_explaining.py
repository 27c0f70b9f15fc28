"""What a setting is, by its declaration, and what it is here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from turnlint.cli._streams import UsageError
from turnlint.config.errors import ConfigError, suggest
from turnlint.config.inline import parsed
from turnlint.config.origins import Said
from turnlint.config.schema import settings_schema
from turnlint.config.toml import dotted, leaves, spelled
from turnlint.rules import quote

__all__ = ["LONGEST", "cut", "explained"]

LONGEST = 80
"""So many code points of a value are shown."""
_NUMBER = re.compile(r"\[[0-9]+\]")


def explained(key: str, said: Iterable[Said]) -> str:
    """What a setting is, by its declaration; and what it is here. Raises UsageError for one that is none."""
    words = _words(key)
    schema = settings_schema()
    tables, node = schema["$defs"], schema["$defs"]["SettingsFile"]
    for at, word in enumerate(words):
        node = _within(node, tables)
        known = node.get("properties", {})
        if word not in known and not node.get("additionalProperties"):
            place = ".".join(words[:at])
            hint = suggest(word, known)
            raise UsageError(
                f"unknown setting `{key}`{hint}" if not place else f"`{place}` has no `{word}`{hint}"
            )
        node = known.get(word) or node["additionalProperties"]
    inner = _within(node, tables)
    lines = [key, "=" * len(key), ""]
    text = node.get("description") or inner.get("description", "")
    lines += [" ".join(text.split()), ""] if text else []
    lines.append(f"Type: {_kind(inner)}.")
    if "default" in inner:
        lines.append(f"Default: {spelled(inner['default'])}")
    if "properties" in inner:
        lines.append(f"Keys: {', '.join(inner['properties'])}.")
    lines += [f"Here: {cut(one.value)} ({one.origin}), as {dotted(one.keys)}" for one in _here(words, said)]
    if examples := node.get("examples"):
        lines += ["", "Example:", *(f"  {line}" for line in _example(words, examples[0], inner))]
    return "\n".join(lines) + "\n"


def _words(key: str) -> list[str]:
    """The keys of tables on the way to a setting, as TOML has it; which table of an array is no matter."""
    try:
        keys, _ = next(leaves(parsed(f"{_NUMBER.sub('', key)} = 0")))
    except (ConfigError, StopIteration):
        return key.split(".")
    return [word for word in keys if isinstance(word, str)]


def _here(words: list[str], said: Iterable[Said]) -> Iterator[Said]:
    for one in said:
        keys = [step for step in one.keys if isinstance(step, str)]
        if keys[: len(words)] == words:
            yield one


def _within(node: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """What a node of the schema stands for; of an array of tables, the table."""
    for inner in (node, node.get("items", {})):
        if "$ref" in inner:
            table = tables[inner["$ref"].rpartition("/")[2]]
            if inner is node or table["type"] == "object":
                return {**table, **_plain(node if inner is node else {})}
    return node


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "$ref"}


def _kind(node: dict[str, Any]) -> str:
    """The type of a setting in words."""
    if "enum" in node and len(node["enum"]) <= 20:
        return "one of " + ", ".join(spelled(one) for one in node["enum"])
    if node.get("format") == "date":
        return "date"
    names = {"object": "table", "integer": "integer", "boolean": "true or false"}
    kind = names.get(node.get("type", "string"), node.get("type", "string"))
    bounds = chain(
        [f"from {node['minimum']} on"] if "minimum" in node and "maximum" not in node else [],
        [f"from {node['minimum']} to {node['maximum']}"] if "maximum" in node else [],
    )
    return ", ".join([kind, *bounds]) if kind != "array" else "array of strings"


def _example(words: list[str], value: Any, node: dict[str, Any]) -> Iterator[str]:
    *above, last = words
    if above:
        brackets = "[[{}]]" if above[0] in ("dataset", "exception") else "[{}]"
        yield brackets.format(".".join(above))
    if isinstance(value, dict):
        yield f"[{'.'.join(words)}]"
        yield from (
            f"{key if '/' not in key else spelled(key)} = {spelled(one)}" for key, one in value.items()
        )
    else:
        yield f"{last} = {value if node.get('format') == 'date' else spelled(value)}"


def cut(value: Any) -> str:
    """A value as TOML has it, cut to 80 code points."""
    try:
        words = spelled(value)
    except ValueError:  # half an emoji
        words = repr(value)
    return quote(words, LONGEST).strip("`")
