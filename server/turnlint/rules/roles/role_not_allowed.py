"""
What it does:
    Finds roles that a message may have, but not here: a user in an answer, a system message in a prompt for
    reinforcement.

Why it is bad:
    The services check the roles of each part of a row and refuse the file.

Example:
    {"input": {"messages": [{"role": "user", "content": "hi"}]}, "preferred_output": [{"role": "user", "content": "hello"}], "non_preferred_output": [{"role": "assistant", "content": "go away"}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "hi"}]}, "preferred_output": [{"role": "assistant", "content": "hello"}], "non_preferred_output": [{"role": "assistant", "content": "go away"}]}

Fix:
    Unsafe: makes a system message in a prompt for reinforcement a developer message.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTunePreferenceRequestInput and
    FineTuneReinforcementRequestInput. Azure answers "System messages are not supported in 'reinforcement'
    examples" (2026-07).
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import one_of

RULE = Rule(severity=Severity.ERROR, why="the format has no such role there")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"a message of role {quote(fault.found)} cannot stand in `{fault.name}`"
    todo = f"Use {one_of([f'`{role}`' for role in fault.expected])}."
    fix = None
    if fault.found == "system" and "developer" in fault.expected:
        what = "a prompt for reinforcement cannot have a `system` message"
        todo = "Use `developer`."
        fix = Fix("Replace with `developer`", (Edit(fault.place, json.dumps("developer")),))
    yield rule.at(fault.place, what, todo, fix=fix)
