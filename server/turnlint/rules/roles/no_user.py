"""
What it does:
    Finds conversations and prompts without a user message.

Why it is bad:
    The model learns to speak before it is asked. Microsoft's validator refuses such data.

Example:
    {"messages": [{"role": "system", "content": "You know the tides."}, {"role": "assistant", "content": "Ask me."}]}

Use instead:
    {"messages": [{"role": "system", "content": "You know the tides."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "Ask me."}]}

Fix:
    None.

Sources:
    openai/openai-cookbook, examples/Chat_finetuning_data_prep.ipynb, counts it as a warning;
    microsoft/azure-skills, skills/microsoft-foundry/finetuning (2026-08), as an error.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to speak before it is asked",
    trigger=ORDER,
    kinds=("conversation", "preference"),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    roles = {turn.role for turn in example.turns}
    if not roles or "user" in roles or not (example.outputs or "assistant" in roles):
        return  # A conversation without an answer, or a prompt without messages, lacks these first of all.
    what = "this prompt has no user message" if example.outputs else "this conversation has no user message"
    yield rule.at(example.place, what, "Add what the user asks.")
