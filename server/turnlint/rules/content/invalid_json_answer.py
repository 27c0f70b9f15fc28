r"""
What it does:
    Finds an answer that is meant to be JSON, alone or as a block of code marked `json`, and does not parse.
    Templates, comments, several values in a row, calls such as `ObjectId(…)` and Python literals stay silent.

Why it is bad:
    The model learns to write JSON that programs cannot read.

Example:
    {"prompt": "Name and age as JSON.", "completion": "{\"name\": \"Ada\", \"age\": 36,}"}

Use instead:
    {"prompt": "Name and age as JSON.", "completion": "{\"name\": \"Ada\", \"age\": 36}"}

Fix:
    Unsafe: writes as JSON what Python and JavaScript write otherwise: single quotes, bare keys, commas before
    closing brackets, line breaks within strings.

Sources:
    RFC 8259.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote
from turnlint.rules.wording import as_json

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to write what no parser reads",
    trigger=Words(('{"', "{ ", "{\n", "{\r", "{\t")),
)

_ELSEWHERE = frozenset("{<$%./#'[…TFN")
"""What stands where a value or a key should, in templates, comments, ellipses and Python's literals."""


@cache
def _start() -> re.Pattern[str]:
    """The start of an object with a key, or of an array of such objects, bare or in a block of code."""
    return re.compile(
        r'\s*(?P<fence>```json[ \t\r]*\n\s*)?(?P<json>(?:\[\s*)?\{[ \t\r\n]*"[^"\\\n]{1,200}"\s*:)'
    )


@cache
def _slot() -> re.Pattern[str]:
    """The rest of a slot of a template: `{name}`."""
    return re.compile(r"[\w.]{1,100} ?\}")


@cache
def _call() -> re.Pattern[str]:
    """A call where a value should be, as in the shell of a database or in code."""
    return re.compile(r"(?:new )?[A-Za-z_$][\w.$]{0,60}\(")


@cache
def _gap() -> re.Pattern[str]:
    return re.compile(r"[ \t\r\n,]*")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    found = _start().match(text.value) if turn.role == "assistant" else None
    if found is None:
        return
    first = found.start("json")
    body = _body(text.value[first:], fenced=bool(found["fence"]))
    if not body.endswith("]" if body.startswith("[") else "}"):
        return
    broken = _break(body)
    if broken is not None:
        start = first + broken
        what = f"the answer looks like JSON and breaks at {quote(text.value[start : start + 20])}"
        fix = as_json(text.place.slice(first, first + len(body)), body)
        yield rule.at(text.place.slice(start, start + 1), what, "Repair it from here on.", fix=fix)


def _body(value: str, *, fenced: bool) -> str:
    """The JSON alone; empty where the block of code is not the whole answer."""
    body = value.rstrip()
    if not fenced:
        return body
    return body[:-3].rstrip() if body.endswith("```") and body.count("```") == 1 else ""


def _break(body: str) -> int | None:
    """Where the JSON breaks; None where it does not, or where it is something else that looks like it."""
    from json import JSONDecoder

    decoder = JSONDecoder(parse_int=float)
    position = 0
    try:
        while position < len(body):
            _, position = decoder.raw_decode(body, position)
            position = _gap().match(body, position).end()  # type: ignore[union-attr]
    except RecursionError:
        return None
    except ValueError:
        # After a whole value comes another one, or prose: then nobody meant the answer to be JSON.
        return _place(body, position) if body[position] in "{[" else None
    return None


def _place(body: str, start: int) -> int | None:
    from turnlint.text.diagnose import diagnose

    columns = diagnose(body[start:]).place.columns or (0, 0)
    position = start + columns[0]
    before = body[:position].rstrip()
    expected = before.endswith((":", ",", "{", "["))
    if expected and (body[position] in _ELSEWHERE or _call().match(body, position)):
        return None
    return None if before.endswith("{") and _slot().match(body, position) else position
