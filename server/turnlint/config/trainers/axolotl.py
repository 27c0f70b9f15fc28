"""Axolotl's YAML: the data sets under `datasets` and `test_datasets`, each with its `type` and its fields.

Sources: axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas/datasets.py and docs/dataset-formats at 067b021
(2026-07-24).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from turnlint.config.trainers import Entry, strings, text_at
from turnlint.formats.renamed import Names

TARGET = "axolotl"

_LISTS = ("datasets", "test_datasets", "pretraining_dataset")
_FIELDS = {
    "field_messages": "messages",
    "field_tools": "tools",
    "field_chosen": "chosen",
    "field_rejected": "rejected",
    "field_instruction": "instruction",
    "field_input": "input",
    "field_output": "output",
    "field_system": "system",
}
"""What fields of a data set, or of a type that the user describes, name."""
_JUDGED_FIELDS = {
    "field_prompt": "prompt",
    "field_chosen": "chosen",
    "field_rejected": "rejected",
    "field_completion": "completion",
    "field_label": "label",
}
"""What fields of such a type name where answers are compared or judged."""
_MESSAGE = {"message_field_role": "role", "message_field_content": "content"}
"""The older way to name the properties of messages."""
_CHAT = "chat_template"
_ROLES = {"user": ("human", "user"), "assistant": ("gpt", "assistant")}
"""The roles that have several names where the user names none."""


def reads(name: str, document: Mapping[str, Any]) -> bool:
    """Whether it names a model as Axolotl does, and data."""
    return "base_model" in document and any(key in document for key in _LISTS)


def entries(document: Mapping[str, Any]) -> Iterator[Entry]:
    """What is said of each data set."""
    method = text_at(document, "rl")
    kind = "kto." if method == "kto" else ""
    for key in _LISTS:
        listed = document.get(key)
        for one in listed if isinstance(listed, list) else [listed]:
            if isinstance(one, dict):
                files = (*strings(one.get("path")), *strings(one.get("data_files")))
                entry = (
                    _pretraining(files, one)
                    if key == "pretraining_dataset"
                    else _entry(files, one, is_judged=method is not None)
                )
                yield replace(entry, type=kind + entry.type)


def _pretraining(files: tuple[str, ...], one: Mapping[str, Any]) -> Entry:
    return Entry(files, "completion", Names(_named({"text": text_at(one, "text_column")})))


def _entry(files: tuple[str, ...], one: Mapping[str, Any], *, is_judged: bool) -> Entry:
    kind = one.get("type")
    if isinstance(kind, dict) and is_judged:
        named = {key: text_at(kind, field) for field, key in _JUDGED_FIELDS.items()}
        return Entry(files, "user_defined", Names(_named(named)))
    if isinstance(kind, dict):  # a type of the user's own, which is Alpaca with other keys
        return Entry(files, "alpaca", Names(_fields(kind)))
    word = (
        kind.partition(":")[0] if isinstance(kind, str) else ""
    )  # behind the colon stands a style of prompts
    if word == "completion":
        return Entry(files, word, Names(_named({"text": text_at(one, "field")})))
    if not word.startswith(_CHAT):
        return Entry(files, word)
    fields = _fields(one)
    named = {key: text_at(one, field) for field, key in _MESSAGE.items()}
    mapped = one.get("message_property_mappings")
    named |= {key: text_at(mapped, key) for key in (mapped if isinstance(mapped, dict) else ())}
    holders = ("messages", "chosen", "rejected")
    fields |= {f"{holder}.{key}": name for holder in holders for key, name in _named(named).items()}
    return Entry(files, word, Names(fields, _roles(one.get("roles"))))


def _fields(table: Mapping[str, Any]) -> dict[str, str]:
    return _named({key: text_at(table, field) for field, key in _FIELDS.items()})


def _named(names: Mapping[str, str | None]) -> dict[str, str]:
    """Those names that differ from what the format has."""
    return {key: name for key, name in names.items() if name and name != key}


def _roles(said: Any) -> dict[str, str]:
    """What each role of the file means: a role keeps its own name besides."""
    given = said if isinstance(said, dict) else _ROLES
    return {own: role for role, names in given.items() for own in (*strings(list(_listed(names))), role)}


def _listed(names: Any) -> Iterator[Any]:
    yield from names if isinstance(names, list | tuple) else [names]
