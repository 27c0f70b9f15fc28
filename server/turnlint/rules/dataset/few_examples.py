"""
What it does:
    Finds training files that have the minimum of examples, yet fewer than the guides advise. Off unless
    selected.

Why it is bad:
    OpenAI advises to start with 50 and has seen clear gains from 50 to 100; Microsoft speaks of hundreds.

Example:
    A file of 10 to 49 examples.

Use instead:
    A file of 50 examples or more.

Fix:
    None.

Sources:
    OpenAI's supervised fine-tuning guide; MicrosoftDocs/azure-ai-docs, fine-tuning.md.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="guides advise to start with 50",
    default=False,
    parameters={"minimum": 10, "advised": 50},
)
"""`minimum`: below it `too-few-examples` speaks."""


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format and file.split == "train" and rule["minimum"] <= file.rows < rule["advised"]:
        yield rule.at(None, f"the file has {file.rows} examples", "More good examples mostly help.")
