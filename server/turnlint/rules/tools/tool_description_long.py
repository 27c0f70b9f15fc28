"""
What it does:
    Finds descriptions of tools that are longer than a service is known to take.

Why it is bad:
    A description is part of the prompt of every example. Requests were seen to be refused beyond 1,024
    characters; whether training has the same limit is not known.

Example:
    A tool with a description of 1,025 characters.

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "description": "Height of the tide."}}]}

Fix:
    None.

Sources:
    Reports of refused requests; for training the limit is not confirmed.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="requests were seen to be refused for it",
    trigger=TOOLS,
    default=False,
    parameters={"maximum": 1024},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    maximum = rule["maximum"]
    for tool in example.tools:
        if tool.description is not None and len(tool.description.value) > maximum:
            what = f"this description has {len(tool.description.value):,} characters, more than {maximum:,}"
            place = tool.description.place.slice(maximum, len(tool.description.value))
            yield rule.at(place, what, "Shorten it.")
