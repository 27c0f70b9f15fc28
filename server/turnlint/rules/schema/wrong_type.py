r"""
What it does:
    Finds values of a type that the format does not allow there: a number for a text, an object for a list.

Why it is bad:
    A service refuses the file. A trainer stops in the middle of loading, far from the row that is to blame.

Example:
    {"messages": [{"role": "user", "content": 42}, {"role": "assistant", "content": "The answer."}]}

Use instead:
    {"messages": [{"role": "user", "content": "42"}, {"role": "assistant", "content": "The answer."}]}

Fix:
    Safe: makes the object that stands for the arguments of a tool call a string of its text, unless the
    target knows better (`arguments_are_text`): chat templates of open models want the object; puts a string
    among content parts, or in their place, into a text part, and an image's URL into its object; takes the
    quotes off true and false; removes an optional key that is null.
    Unsafe: puts quotes around a number; decodes an array or object that was written as text; puts a lone
    call, tool or answer into an array; makes an answer that is a string one assistant message.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the FineTune…RequestInput schemas.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import is_finite, one_of

RULE = Rule(
    severity=Severity.ERROR, why="a trainer cannot read the row", parameters={"arguments_are_text": True}
)


class _Cure(Struct, frozen=True):
    """How to write a value of the wrong type as what was meant."""

    found: tuple[type, ...]
    expected: str
    """A type that must be allowed there."""
    names: tuple[str, ...]
    """The keys that it is for; empty for all."""
    convert: Callable[[Any], Any] | None
    """From the value to the one that was meant; None for a string of the value as it is written."""
    todo: str
    safe: bool = False


_CURES = (
    _Cure(
        (dict,),
        "a string",
        ("arguments",),
        None,
        "Write its JSON text, as `json.dumps` gives it.",
        safe=True,
    ),
    _Cure(
        (str,),
        "an object",
        ("image_url",),
        lambda found: {"url": found},
        'Write `{"url": "…"}`.',
        safe=True,
    ),
    _Cure(
        (str,),
        "an object",
        ("content",),
        lambda found: {"type": "text", "text": found},
        'Write `{"type": "text", "text": "…"}`.',
        safe=True,
    ),
    _Cure(
        (str,),
        "an object",
        ("parts",),
        lambda found: {"text": found},
        'Write `{"text": "…"}`.',
        safe=True,
    ),
    _Cure(
        (str,),
        "an array",
        ("content", "parts"),
        lambda found: [{"text": found}],
        'Write `[{"text": "…"}]`.',
        safe=True,
    ),
    _Cure(
        (str,),
        "an array",
        ("preferred_output", "non_preferred_output"),
        lambda found: [{"role": "assistant", "content": found}],
        'Write `[{"role": "assistant", "content": "…"}]`.',
    ),
    _Cure(
        (str,),
        "true or false",
        (),
        lambda found: {"true": True, "false": False}.get(found.strip().lower()),
        "Write `true` or `false`, without quotes.",
        safe=True,
    ),
    _Cure(
        (str,),
        "an array",
        ("messages", "tools", "functions", "tool_calls", "conversations"),
        lambda found: _decoded(found, list),
        "Write the array itself, without quotes around it.",
    ),
    _Cure(
        (str,),
        "an object",
        ("function", "parameters"),
        lambda found: _decoded(found, dict),
        "Write the object itself, without quotes around it.",
    ),
    _Cure(
        (dict,),
        "an array",
        ("tools", "functions", "tool_calls", "preferred_output", "non_preferred_output"),
        lambda found: [found],
        "Put it into an array.",
    ),
    _Cure(
        (str,),
        "an object",
        ("input",),
        lambda found: _decoded(found, dict) or {"messages": [{"role": "user", "content": found}]},
        'Write `{"messages": [{"role": "user", "content": "…"}]}`.',
    ),
    _Cure(
        (list,),
        "an object",
        ("input",),
        lambda found: {"messages": found},
        'Write `{"messages": […]}`.',
    ),
    _Cure(
        (dict,),
        "a string",
        ("content",),
        None,
        "Write text, or its JSON as a string.",
    ),
    _Cure((float,), "an integer", ("weight",), int, "Write it without a fraction.", safe=True),
    _Cure((int, float, bool), "a string", (), None, "Put quotes around it."),
)


def _decoded(text: str, kind: type) -> Any:
    """What a text holds as JSON, where it is of that type; else None."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if type(value) is kind else None


_OPTIONAL = frozenset(
    ("tools", "functions", "tool_calls", "function_call", "parallel_tool_calls", "description", "parameters")
)
"""Keys that may be left out, so that null can only mean that they are."""


_TODO = {
    "messages": 'Write `{"role": "user", "content": "…"}` for each message, in one list.',
    "conversations": 'Write `{"from": "human", "value": "…"}` for each message, in one list.',
    **dict.fromkeys(("prompt", "completion", "output", "value"), "Write the text, or remove the row."),
}
"""What to write by the key, where the value tells nothing of what was meant."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if not is_finite(fault.found):
        return
    cure = next((one for one in _CURES if _applies(one, fault)), None)
    keeps = cure is not None and cure.safe and (fault.name != "arguments" or rule["arguments_are_text"])
    todo, fix = (cure.todo, _fix(fault, cure, keeps)) if cure else (_TODO.get(fault.name, ""), None)
    if fault.found is None and fault.name in _OPTIONAL:
        edits = (Edit(fault.place, remove=True),)
        todo, fix = "Leave the key out.", Fix(f"Remove `{fault.name}`", edits, safe=True)
    yield rule.at(fault.place, _what(fault), todo, fix=fix)


def _what(fault: ShapeFault) -> str:
    item = "an item of " if isinstance(fault.place.pointer[-1], int) else ""
    # Null is allowed beside other types, yet never what to write instead.
    expected = [one for one in fault.expected if one != "null"] or list(fault.expected)
    return f"{item}`{fault.name}` must be {one_of(expected)}, not {_kind(fault.found)}"


def _kind(found: Any) -> str:
    kinds = {str: "a string", list: "an array", dict: "an object", type(None): "null"}
    return kinds.get(type(found)) or quote(found)


def _applies(cure: _Cure, fault: ShapeFault) -> bool:
    named = not cure.names or fault.name in cure.names
    return named and type(fault.found) in cure.found and cure.expected in fault.expected


def _fix(fault: ShapeFault, cure: _Cure, safe: bool) -> Fix | None:
    message = f"Write {cure.expected}"
    if cure.convert is None:
        return Fix(message, (Edit(fault.place, quoted=True),), safe)
    try:
        meant = cure.convert(fault.found)
        content = json.dumps(meant, ensure_ascii=False)
        content.encode()
    except (UnicodeEncodeError, RecursionError):
        return None
    if meant is None:
        return None
    return Fix(message, (Edit(fault.place, content, whole=True),), safe)
