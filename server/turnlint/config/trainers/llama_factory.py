"""LLaMA-Factory's `dataset_info.json`: the data sets in its folder by name.

With `columns`, what is not listed there is not read; with `tags`, no role is known that is not.

Source: hiyouga/LLaMA-Factory, src/llamafactory/data/parser.py and data/README.md at ff6d4d1 (2026-08-18).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec.structs import replace

from turnlint.config.trainers import Entry, text_at
from turnlint.formats.renamed import Names
from turnlint.rules.wording import closest

TARGET = "llama-factory"

_SHARED = {
    key: key for key in ("system", "tools", "images", "videos", "audios", "chosen", "rejected", "kto_tag")
}
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "alpaca": {
        "prompt": "instruction",
        "query": "input",
        "response": "output",
        "history": "history",
        **_SHARED,
    },
    "sharegpt": {"messages": "conversations", **_SHARED},
    "openai": {"messages": "messages", **_SHARED},
}
"""What each `formatting` calls the keys of its format."""
_DEFAULTS = {"prompt": "instruction", "query": "input", "response": "output", "messages": "conversations"}
"""The columns that are read where none are listed."""
_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
"""The keys and roles of messages where no tags are listed."""
_ROLES: Mapping[str, Mapping[str, str]] = {
    "sharegpt": {key: _TAGS[key] for key in list(_TAGS)[2:]},
    "openai": {
        "user_tag": "user",
        "assistant_tag": "assistant",
        "observation_tag": "tool",
        "system_tag": "system",
    },
}
"""What each `formatting` calls the roles of its format."""
_MESSAGES: Mapping[str, tuple[str, str, str]] = {
    "sharegpt": ("conversations", "from", "value"),
    "openai": ("messages", "role", "content"),
}
_HUBS = ("hf_hub_url", "ms_hub_url", "script_url")
_KEYS = (
    *(*_HUBS, "om_hub_url", "cloud_file_name", "file_name", "formatting", "ranking", "subset", "split"),
    *("folder", "num_samples", "columns", "tags"),
)
"""What an entry may say."""
_MOST_KEYS = 50
"""So many keys of a table are looked at."""


def reads(name: str, document: Mapping[str, Any]) -> bool:
    """Whether it is the one file that has this name."""
    return name == "dataset_info.json"


def entries(document: Mapping[str, Any]) -> Iterator[Entry]:
    """What is said of each local data set."""
    for one in document.values():
        path = text_at(one, "file_name")
        if path is not None and not any(text_at(one, key) for key in _HUBS):
            yield replace(_entry(path, one), unread=tuple(_unread(one)))


def _entry(path: str, one: Mapping[str, Any]) -> Entry:
    formatting = text_at(one, "formatting") or "alpaca"
    if formatting not in _COLUMNS:
        return Entry((path,))
    columns = one["columns"] if isinstance(one.get("columns"), dict) else None
    if formatting == "alpaca" and _is_text(columns):
        return Entry((path,), "text", Names({"text": str(text_at(columns, "prompt"))}))
    kind = ".ranking" if one.get("ranking") is True else ".kto" if text_at(columns, "kto_tag") else ""
    named = _columns(formatting, columns)
    if formatting == "alpaca":
        return Entry((path,), formatting + kind, Names(named))
    tags = one["tags"] if isinstance(one.get("tags"), dict) else None
    names = Names(named | _keys(formatting, tags), _roles(formatting, tags))
    return Entry((path,), formatting + kind, names, lists_roles=True)


def _unread(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The words of an entry that are misspelled, which are passed over, or name no format."""
    columns = {column for known in _COLUMNS.values() for column in known}
    tables: tuple[tuple[Any, Collection[str]], ...] = (
        (one, _KEYS),
        (one.get("columns"), columns),
        (one.get("tags"), _TAGS),
    )
    for table, known in tables:
        for key in islice(table, _MOST_KEYS) if isinstance(table, dict) else ():
            meant = closest(key, known) if key not in known else None
            if meant and meant not in table:
                yield key, meant
    formatting = text_at(one, "formatting")
    if formatting and formatting not in _COLUMNS:
        yield formatting, closest(formatting, _COLUMNS) or ""


def _is_text(columns: Mapping[str, Any] | None) -> bool:
    """Whether only a prompt is read, which is how texts to train on as a whole are listed."""
    others = ("query", "response", "chosen", "rejected", "kto_tag")
    return text_at(columns, "prompt") is not None and not any(text_at(columns, one) for one in others)


def _columns(formatting: str, columns: Mapping[str, Any] | None) -> dict[str, str]:
    """What the files call the keys of the format; empty for what is not read."""
    listed: Mapping[str, Any] = _DEFAULTS if columns is None else columns
    return {key: text_at(listed, column) or "" for column, key in _COLUMNS[formatting].items()}


def _keys(formatting: str, tags: Mapping[str, Any] | None) -> dict[str, str]:
    """What they call the keys of messages."""
    messages, role, content = _MESSAGES[formatting]
    listed: Mapping[str, Any] = _TAGS if tags is None else tags
    found = {role: text_at(listed, "role_tag"), content: text_at(listed, "content_tag")}
    return {
        f"{holder}.{key}": name
        for holder in (messages, "chosen", "rejected")
        for key, name in found.items()
        if name is not None
    }


def _roles(formatting: str, tags: Mapping[str, Any] | None) -> dict[str, str]:
    """What they call the roles."""
    listed: Mapping[str, Any] = _TAGS if tags is None else tags
    return {name: role for tag, role in _ROLES[formatting].items() if (name := text_at(listed, tag))}
