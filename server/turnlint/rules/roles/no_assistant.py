"""
What it does:
    Finds conversations in which the assistant says nothing.

Why it is bad:
    Training learns to write the assistant's messages. Without one there is nothing to learn, and the services
    refuse the file.

Example:
    {"messages": [{"role": "system", "content": "You know the tides."}, {"role": "user", "content": "When is low tide?"}]}

Use instead:
    {"messages": [{"role": "system", "content": "You know the tides."}, {"role": "user", "content": "When is low tide?"}, {"role": "assistant", "content": "At six."}]}

Fix:
    None.

Sources:
    openai/openai-cookbook, examples/Chat_finetuning_data_prep.ipynb; community.openai.com/t/984806 (2024-10).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule
from turnlint.rules.roles._order import INSTRUCTIONS

RULE = Rule(severity=Severity.ERROR, why="there is nothing to learn", trigger=ORDER, kinds=("conversation",))


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    roles = {turn.role for turn in example.turns}
    if "assistant" in roles:
        return
    todo = "Add the answer that the model is to give."
    if roles <= INSTRUCTIONS:
        todo = "Instructions are no row of their own: begin every conversation with them."
    yield rule.at(example.place, "this conversation has no assistant message", todo)
