"""
What it does:
    Finds conversations and prompts without a system message. Off unless selected.

Why it is bad:
    A model answers best under the instructions that it was trained with. Data without them suits a model that
    is used without them.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    openai/openai-cookbook, examples/Chat_finetuning_data_prep.ipynb; MicrosoftDocs/azure-ai-docs,
    fine-tuning.md.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule
from turnlint.rules.roles._order import INSTRUCTIONS

RULE = Rule(
    severity=Severity.INFO,
    why="a model answers best under the instructions that it was trained with",
    trigger=ORDER,
    default=False,
    kinds=("conversation", "preference"),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if not any(turn.role in INSTRUCTIONS for turn in example.turns):
        what = "this example has no system message"
        yield rule.at(example.place, what, "Add the one that you will use with the model.")
