"""
What it does:
    Finds files with more tokens than one job takes, where the target has such a limit: tokens of the file
    times epochs. Set `epochs` if the job goes over the data more than once.

Why it is bad:
    The job is refused.

Example:
    A file of 30 tokens for a job that takes 20.

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None. Leave rows out, or train for fewer epochs.

Sources:
    MicrosoftDocs/azure-ai-docs, quotas-limits.md (2026-02): 2 billion tokens in a job, tokens of the file times
    epochs.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the job is refused",
    default=False,
    parameters={"maximum": 2_000_000_000, "epochs": 1},
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    epochs, most = rule["epochs"], rule["maximum"]
    if file.tokens is not None and file.tokens * epochs > most:
        times = f" in {epochs} epochs" if epochs > 1 else ""
        what = f"the file comes to about {file.tokens * epochs:,} tokens{times}, and a job takes {most:,}"
        yield rule.at(None, what, "Leave rows out, or train for fewer epochs.")
