"""
What it does:
    Finds a `weight` on a message of an answer in preference data.

Why it is bad:
    Both answers are compared as a whole. A weight has no meaning there, and the schema does not list it.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees.", "weight": 1}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    Safe: removes the key.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTunePreferenceRequestInput.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="answers are compared as a whole, and a weight has no meaning there",
    trigger=Keys(("weight",)),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for turn in (*example.preferred, *example.non_preferred):
        if turn.weight is not None:
            place = Place((*turn.pointer, "weight"), part="key")
            fix = Fix("Remove `weight`", (Edit(place, remove=True),), safe=True)
            yield rule.at(place, "a `weight` stands in an answer", "Remove it.", fix=fix)
