"""
What it does:
    Finds files with more rows than a job takes: for reinforcement at OpenAI 50,000 to train on and 1,000 to
    validate with, elsewhere what the target says.

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
    docs.fireworks.ai, fine-tuning (2026): 3,000,000.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the service takes no more",
    parameters={"train": 50_000, "validation": 1_000, "formats": ["openai-reinforcement"]},
)
"""`formats`: those of which there is a limit; empty for all."""


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    most = rule[file.split]
    is_limited = file.format is not None and (not rule["formats"] or file.format in rule["formats"])
    if is_limited and most is not None and file.rows > most:
        use = "to train on" if file.split == "train" else "to validate with"
        what = f"the file has {file.rows:,} rows {use}"
        yield rule.at(None, what, f"Keep {most:,} of them.")
