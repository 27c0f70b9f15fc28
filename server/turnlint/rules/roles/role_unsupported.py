"""
What it does:
    Finds messages of a role that the format has and the target cannot train on. Told once a row.

Why it is bad:
    The run stops at the first such row, or the row is dropped.

Example:
    With `rules.role-unsupported.roles = ["tool"]` in the settings:
    {"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "call_1", "content": "3 m"}, {"role": "assistant", "content": "3 m."}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "3 m."}]}

Fix:
    None.

Sources:
    pytorch/torchtune#2405 (2025-02): every message of role `tool` fails.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the target has no such messages",
    trigger=ORDER,
    default=False,
    parameters={"roles": ()},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    found = next((turn for turn in example.all_turns if turn.role in rule["roles"]), None)
    if found is not None:
        yield rule.at(
            found.role_place, f"a message of role `{found.role}` cannot be trained on here", "Leave it out."
        )
