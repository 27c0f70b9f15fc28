"""
What it does:
    Finds a tool of one name with several parameter schemas in a file, where one and the same parameter has
    another type, or is required in one and not in the other. Told at the first row of each unusual schema. A name
    with many schemas is taken for a tool that is made up for each row.

Why it is bad:
    The model learns to give the parameter now this way and now that.

Example:
    {"messages": [{"role": "user", "content": "Hull?"}, {"role": "assistant", "content": "At nine."}], "tools": [{"type": "function", "function": {"name": "next_ferry", "parameters": {"type": "object", "properties": {"pier": {"type": "integer"}}}}}]}
    {"messages": [{"role": "user", "content": "Oban?"}, {"role": "assistant", "content": "At eight."}], "tools": [{"type": "function", "function": {"name": "next_ferry", "parameters": {"type": "object", "properties": {"pier": {"type": "string"}}}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Hull?"}, {"role": "assistant", "content": "At nine."}], "tools": [{"type": "function", "function": {"name": "next_ferry", "parameters": {"type": "object", "properties": {"pier": {"type": "integer"}}}}}]}
    {"messages": [{"role": "user", "content": "Oban?"}, {"role": "assistant", "content": "At eight."}], "tools": [{"type": "function", "function": {"name": "next_ferry", "parameters": {"type": "object", "properties": {"pier": {"type": "integer", "description": "From 1 on"}}}}}]}

Fix:
    None.

Sources:
    Own count (2026-11): in the glaive demo 30 of 64 tool names have several schemas, but only 4 a parameter of
    two types; in BFCL live_multiple 164 and 17 of 457.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from turnlint.corpus.tally import Count
from turnlint.model import Severity, Tool
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import ROW, Spread, Verdict
from turnlint.rules.wording import one_of

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to give it now this way and now that",
    parameters={"schemas": 5},
)
TRAIT = "tools"

_TOOLS = 2_000
"""Of more tools with several schemas nobody reads all."""


class _Schema(Struct, frozen=True):
    count: Count
    tool: Tool
    types: Mapping[str, str]
    """Of each parameter; empty where none is said."""
    required: frozenset[str]


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    names: dict[str, list[Count]] = {}
    for (name, _), count in spread.counts.items():
        names.setdefault(name, []).append(count)
    several = [(name, counts) for name, counts in names.items() if 1 < len(counts) <= rule["schemas"]]
    for name, counts in sorted(several, key=lambda one: one[0])[:_TOOLS]:
        counts.sort(key=lambda one: (-one.rows, one.handles[:1]))
        usual, *others = (_schema(spread, name, count) for count in counts)
        for other in others:
            if usual is not None and other is not None:
                yield from _differences(rule, name, usual, other)


def _differences(rule: Bound, name: str, usual: _Schema, other: _Schema) -> Iterator[Verdict]:
    """What is said of an unusual schema: of one parameter, the first one."""
    tool = f"the parameter {{}} of the tool {quote(name)}"
    for parameter in sorted(other.types.keys() & usual.types.keys()):
        before, now = usual.types[parameter], other.types[parameter]
        if before and now and before != now:
            what = f"{tool.format(quote(parameter))} is {now} here and {before} in {ROW}"
            yield _told(rule, usual, other, parameter, what, None)
            return
    for parameter in sorted(other.types.keys() & usual.types.keys()):
        if (parameter in usual.required) != (parameter in other.required):
            now = (
                "required here and optional" if parameter in other.required else "optional here and required"
            )
            what = f"{tool.format(quote(parameter))} is {now} in {ROW}"
            yield _told(rule, usual, other, parameter, what, Severity.HINT)
            return


def _told(
    rule: Bound, usual: _Schema, other: _Schema, parameter: str, what: str, most: Severity | None
) -> Verdict:
    here, there = (one.tool.parameters_place.at("properties", parameter) for one in (other, usual))
    return Verdict(
        rule.module.name,
        other.count.handles[0],
        f"{what}, as in {usual.count.rows:,} rows in all" if usual.count.rows > 1 else what,
        "Define the tool alike everywhere, or give it two names.",
        others=(usual.count.handles[0],),
        place=here,
        places=(there,),
        notes=("the usual schema",),
        most=most,
    )


def _schema(spread: Spread, name: str, count: Count) -> _Schema | None:
    """What the first row that has a tool says of its parameters; None where that is nothing readable."""
    example = spread.member(count.handles[0]).example if count.handles else None
    tool = next((one for one in example.tools if one.name == name), None) if example is not None else None
    if tool is None or type(tool.parameters) is not dict:
        return None
    properties, required = tool.parameters.get("properties"), tool.parameters.get("required")
    if type(properties) is not dict:
        return None
    names = frozenset(one for one in required if type(one) is str) if type(required) is list else frozenset()
    return _Schema(count, tool, {key: _type(value) for key, value in properties.items()}, names)


def _type(value: Any) -> str:
    """The types that a parameter may have, as a message names them; empty where none is said."""
    said = value.get("type") if type(value) is dict else None
    words = sorted({one for one in said if type(one) is str}) if type(said) is list else [said]
    return one_of([quote(one) for one in words]) if words and type(words[0]) is str else ""
