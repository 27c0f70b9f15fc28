"""The page of every rule: its headings, its example that fires, its remedy that is silent, its words."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from tests import models
from tests.harness import (
    COUNTING_RULES,
    FIXTURES,
    Outcome,
    cases_of,
    pages,
    run_case,
    run_corpus,
    run_engine,
    settings_from,
)
from turnlint.config import all_targets, resolve
from turnlint.config.discovery import Overrides
from turnlint.engine import vote
from turnlint.model import Settings, Severity
from turnlint.rules import all_rules
from turnlint.rules.page import HEADINGS, sections

RULES = sorted(all_rules())
LONGEST_MESSAGE = 300


class Shown(NamedTuple):
    """A file that a page shows: its bytes, keys of turnlint.toml, and its name."""

    data: bytes
    keys: Mapping[str, Any] = {}
    name: str = "train.jsonl"
    template: str = ""
    """The shape of the chat template by which rows are written out."""
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The names and rows of several files, instead of one,"""
    toml: str = ""
    """and their settings."""


def _chats(count: int) -> bytes:
    rows = []
    for number in range(count):
        turns = [
            {"role": "user", "content": f"Say {number}"},
            {"role": "assistant", "content": f"It is {number}."},
        ]
        rows.append(json.dumps({"messages": turns}) + "\n")
    return "".join(rows).encode()


def _chat_with_greeting() -> bytes:
    return _chats(1).replace(b'[{"role"', b'[{"role": "user", "content": "Hi."}, {"role"')


def _chat_with_tools(count: int) -> bytes:
    tools = [{"type": "function", "function": {"name": f"tool_{number}"}} for number in range(count)]
    return json.dumps({**json.loads(_chats(1)), "tools": tools}).encode()


def _chat_with_description(length: int) -> bytes:
    tool = {"type": "function", "function": {"name": "tide", "description": "a" * length}}
    return json.dumps({**json.loads(_chats(1)), "tools": [tool]}).encode()


def _chat_with_image(length: int) -> bytes:
    url = "data:image/png;base64," + "A" * length
    content = [{"type": "image_url", "image_url": {"url": url}}]
    turns = [{"role": "user", "content": content}, {"role": "assistant", "content": "A dot."}]
    return json.dumps({"messages": turns}).encode()


def _jokes(count: int) -> bytes:
    rows = [{"prompt": "Tell me a joke.", "completion": f"Joke {number}."} for number in range(count)]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


TOLD = {
    ("crowded-prompt", "Example"): Shown(_jokes(1_001)),
    ("deep-nesting", "Example"): Shown(b"[" * 600 + b"]" * 600),
    ("empty-file", "Example"): Shown(b"\n\n"),
    ("few-examples", "Example"): Shown(_chats(10)),
    ("few-examples", "Use instead"): Shown(_chats(50)),
    ("file-extension", "Example"): Shown(_chats(10), name="train.json"),
    ("file-extension", "Use instead"): Shown(_chats(10)),
    ("file-too-large", "Example"): Shown(_chats(2), {"rules": {"file-too-large": {"max_bytes": 150}}}),
    ("image-too-large", "Example"): Shown(
        _chat_with_image(4_000), {"rules": {"image-too-large": {"max_bytes": 1_000}}}
    ),
    ("not-counted", "Example"): Shown(_chat_with_greeting(), template="endless"),
    ("row-too-large", "Example"): Shown(b'"' + b"a" * (64 << 20) + b'"'),
    ("tool-description-long", "Example"): Shown(_chat_with_description(1_025)),
    ("template-refuses", "Example"): Shown(_chat_with_greeting(), template="mistral"),
    ("too-many-examples", "Example"): Shown(
        _chats(3), {"rules": {"too-many-examples": {"train": 2, "formats": []}}}
    ),
    ("too-many-tokens", "Example"): Shown(_chats(2), {"rules": {"too-many-tokens": {"maximum": 20}}}),
    ("too-many-tools", "Example"): Shown(_chat_with_tools(129)),
    ("whitespace-run", "Example"): Shown(_chats(1).replace(b"It is", b"It is" + b" " * 300)),
}
"""What a page tells in words because it cannot be shown, some of it under a lower limit."""

TARGETS = {
    "few-examples": "openai",
    "format-not-accepted": "openai",
    "outdated-format": "gemini",
    "role-unsupported": "generic",
    "too-many-turns": "generic",
}
"""Rules that need a target to speak of, or another one than the first that has them on."""


BYTE_CASES = ("invalid-utf8", "not-utf8", "row-too-large")
"""Rules whose cases cannot be written as text; fixtures/bytes has them, and `TOLD` the largest."""

WITH_A_MODEL = ("not-counted", "template-refuses")
"""Rules that need a chat template, which is no part of a settings file: tests/unit/test_token_check.py."""

OF_MANY_ROWS = ("crowded-prompt",)
"""Rules that speak of more rows than a page holds: tests/unit/test_group_rules.py."""


@cache
def _parts(name: str) -> dict[str, str]:
    return sections(all_rules()[name].page)


def _shown(name: str, heading: str) -> Shown:
    """Read the file that a page shows, after a line that says how to read it where it is not plain rows."""
    if (name, heading) in TOLD:
        return TOLD[name, heading]
    text, toml = _parts(name)[heading], ""
    if setting := re.match(r"With `(.+)` in the settings:\n", text):
        text, toml = text[setting.end() :], setting[1]
    if text.startswith("Written with Python escapes:\n"):
        data, _ = codecs.escape_decode(text.partition("\n")[2].encode())
        return Shown(data)
    first, *named = re.split(r"^In `(.+)`:\n", text, flags=re.MULTILINE)
    rows = (tuple(part.splitlines()) for part in named[1::2])
    files = tuple(zip(named[::2], rows, strict=True))
    return Shown(f"{first}\n".encode(), tomllib.loads(toml), files=files, toml=toml)


@cache
def _model(shape: str) -> tuple[TemporaryDirectory[str], Mapping[str, str]]:
    """Where a model is kept, and what the settings say of tokens to have rows written out by its template."""
    folder = TemporaryDirectory()
    tokenizer = models.write(Path(folder.name), models.sentencepiece(), shape)
    return folder, {
        "tokenizer": str(tokenizer),
        "template": str(tokenizer.with_name("chat_template.jinja")),
    }


def _settings(name: str, shown: Shown) -> Settings:
    """Settings in which the rule is on: those of the first target that has it, else it is selected."""
    formats = all_rules()[name].rule.formats
    voted = vote(shown.data.split(b"\n"))
    keys: dict[str, Any] = {**shown.keys, "extend-select": [name]}
    if shown.template:
        keys["tokens"] = _model(shown.template)[1]
    if formats and (voted is None or voted.name not in formats):
        keys["format"] = formats[0]
    format_name = keys.get("format", voted.name if voted else None)
    able = [target for target in sorted(all_targets()) if name in resolve(target).judging(format_name).rules]
    if name in TARGETS or "generic" not in able:
        keys["target"] = TARGETS.get(name, able[0] if able else "generic")
    return settings_from(keys)


def _run(name: str, heading: str) -> Outcome:
    shown = _shown(name, heading)
    if shown.files:
        found = run_corpus(shown.files, shown.toml, Overrides(extend_select=(name,), ignore=COUNTING_RULES))
        return Outcome(*map(list, map(chain.from_iterable, zip(*found.values(), strict=True))))
    return run_engine(shown.data, _settings(name, _shown(name, "Example")), name=shown.name)


@pytest.mark.parametrize("name", RULES)
def test_headings(name: str) -> None:
    assert all(_parts(name).values())
    assert tuple(_parts(name)) in (HEADINGS, tuple(heading for heading in HEADINGS if heading != "Fix"))


@pytest.mark.parametrize("name", RULES)
def test_name(name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)


@pytest.mark.parametrize("name", RULES)
def test_example_fires(name: str) -> None:
    assert name in {mark.rule for mark in _run(name, "Example").marks}


@pytest.mark.parametrize("name", RULES)
def test_fix_is_told(name: str) -> None:
    offers = any(one.fix for _, one in _run(name, "Example").findings if one.rule == name)
    assert not offers or _parts(name).get("Fix", "None.") != "None."


@pytest.mark.parametrize("name", RULES)
def test_use_instead_is_silent(name: str) -> None:
    marks = _run(name, "Use instead").marks
    assert not [one for one in marks if one.rule == name or Severity.parse(one.severity) > Severity.INFO]


@pytest.mark.parametrize("name", RULES)
def test_has_cases(name: str) -> None:
    page = FIXTURES / "rules" / all_rules()[name].family / f"{name}.md"
    assert page.is_file() or name in (*BYTE_CASES, *WITH_A_MODEL, *OF_MANY_ROWS)


def test_counting_rules_exist() -> None:
    assert set(COUNTING_RULES) <= all_rules().keys()


def test_messages() -> None:
    outcomes = [_run(name, "Example") for name in RULES]
    outcomes += [run_case(case) for page in pages() for case in cases_of(page)]
    messages = {(mark.rule, mark.words) for outcome in outcomes for mark in outcome.marks}
    assert not sorted(f"{rule}: {words}" for rule, words in messages if not _is_well_put(words))


def _is_well_put(message: str) -> bool:
    return (
        not message[:1].islower()
        and message.endswith((".", "?"))
        and len(message) <= LONGEST_MESSAGE
        and message.isprintable()
    )
