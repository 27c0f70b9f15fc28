"""
What it does:
    Finds files for reinforcement fine-tuning with more rows than a job takes: 50,000 to train on, 1,000 to
    validate with.

Why it is bad:
    The job is refused.

Example:
    A file for reinforcement of 50,001 rows.

Use instead:
    {"messages": [{"role": "user", "content": "What is 2 + 2?"}], "answer": "4"}

Fix:
    None. Choose the rows that are hard and not too alike.

Sources:
    OpenAI's reinforcement fine-tuning guide (2026-06); Azure OpenAI enforces the same limits.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="OpenAI and Azure OpenAI take no more",
    formats=("openai-reinforcement",),
    parameters={"train": 50_000, "validation": 1_000},
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    most = rule[file.split]
    if file.format in rule.rule.formats and most is not None and file.rows > most:
        use = "to train on" if file.split == "train" else "to validate with"
        what = f"the file has {file.rows:,} rows {use}"
        yield rule.at(None, what, f"Keep {most:,} of them.")
