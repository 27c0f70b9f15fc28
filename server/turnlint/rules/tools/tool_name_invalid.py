"""
What it does:
    Finds tool names that hold anything but letters a-z and A-Z, digits, `_` and `-`, or that are empty or
    longer than 64 characters, in definitions and in calls.

Why it is bad:
    The API takes no other names, so such a tool can neither be defined nor called when the model is used.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "No idea."}], "tools": [{"type": "function", "function": {"name": "get tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "No idea."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: writes `_` for what is not allowed, wherever the row names the tool.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FunctionObject.
"""

import re
from collections.abc import Iterator

from turnlint.formats.calls import all_calls
from turnlint.model import Edit, Example, Finding, Fix, Place, Related, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools._calls import NAME

RULE = Rule(
    severity=Severity.ERROR,
    why="the API takes no such name",
    trigger=TOOLS,
    parameters={"only_empty": False},
)
"""`only_empty`: chat templates write any name, so that an empty one alone is wrong."""

_STRANGE = re.compile(r"[^a-zA-Z0-9_-]++")


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    places: dict[str, list[Place]] = {}
    for name, place in _names(example):
        places.setdefault(name, []).append(place)
    for name, (first, *others) in places.items():
        if not NAME.fullmatch(name) and not (name and rule["only_empty"]):
            related = [Related("and here", place=place) for place in others]
            fix = _fix(name, [first, *others], places)
            yield rule.at(first, _fault(name), _TODO, related=related, fix=fix)


_TODO = "Use 1 to 64 letters, digits, `_` or `-`."


def _names(example: Example) -> Iterator[tuple[str, Place]]:
    for tool in example.tools:
        if tool.name is not None:
            yield tool.name, tool.place
    for call in all_calls(example):
        if call.name is not None:
            yield call.name, call.name_place
    for turn in example.all_turns:
        if turn.role == "function" and turn.name is not None:
            yield turn.name, Place((*turn.pointer, "name"))


def _fault(name: str) -> str:
    if not name:
        return "the name of this tool is empty"
    strange = _STRANGE.search(name)
    if not strange:
        return f"{quote(name)} is {len(name)} characters long"
    shown = "white space" if strange[0][0].isspace() else quote(strange[0][0])
    return f"{quote(name)} has {shown} in it, which the name of a tool cannot have"


def _fix(name: str, places: list[Place], taken: dict[str, list[Place]]) -> Fix | None:
    """Offer a name that is valid and not taken."""
    plain = _STRANGE.sub("_", name)[:64]
    if plain.strip("_-") and plain not in taken:
        return Fix(f"Rename to `{plain}`", tuple(Edit(place, f'"{plain}"') for place in places))
    return None
