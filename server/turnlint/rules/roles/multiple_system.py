"""
What it does:
    Finds a second system message at the start of an example. Messages with a `name` are left alone: OpenAI's
    cookbook marks example dialogues that way.

Why it is bad:
    Some readers keep the first or the last alone, and chat templates join them or refuse the row. In use there
    is mostly one.

Example:
    {"messages": [{"role": "system", "content": "Be brief."}, {"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "system", "content": "Be brief. Be kind."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    openai/openai-cookbook, examples/How_to_count_tokens_with_tiktoken.ipynb, for named messages;
    microsoft/azure-skills, skills/microsoft-foundry/finetuning (2026-08).
"""

from collections.abc import Iterator
from itertools import takewhile

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule
from turnlint.rules.roles._order import INSTRUCTIONS

RULE = Rule(
    severity=Severity.WARNING,
    why="some readers keep only one of them",
    trigger=ORDER,
    parameters={"anywhere": False},
)
"""`anywhere`: those that do not stand at the start count too."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    leading = takewhile(lambda turn: turn.role in INSTRUCTIONS, example.turns)
    counted = filter(lambda turn: turn.role in INSTRUCTIONS, example.turns) if rule["anywhere"] else leading
    unnamed = [turn for turn in counted if turn.name is None]
    if len(unnamed) > 1:
        how = "has" if rule["anywhere"] else "begins with"
        what = f"this example {how} {len(unnamed)} system messages"
        yield rule.at(unnamed[1].role_place, what, "Join them into one.")
