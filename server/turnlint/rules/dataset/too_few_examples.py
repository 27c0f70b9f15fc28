"""
What it does:
    Finds training files with fewer examples than the target asks for, ten unless it says otherwise.
    Files for validation and test are left alone.

Why it is bad:
    OpenAI and Azure OpenAI end the job at once. Anywhere else so few examples teach little.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"prompt": "1", "completion": "one"}
    {"prompt": "2", "completion": "two"}
    {"prompt": "3", "completion": "three"}
    {"prompt": "4", "completion": "four"}
    {"prompt": "5", "completion": "five"}
    {"prompt": "6", "completion": "six"}
    {"prompt": "7", "completion": "seven"}
    {"prompt": "8", "completion": "eight"}
    {"prompt": "9", "completion": "nine"}
    {"prompt": "10", "completion": "ten"}

Fix:
    None.

Sources:
    OpenAI's fine-tuning guides; MicrosoftDocs/azure-ai-docs, fine-tuning.md. OpenAI answers "Training file has
    K example(s), but must have at least 10 examples". For reinforcement the minimum is not documented.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="so few examples teach little",
    parameters={"minimum": 10, "undocumented": ["openai-reinforcement"]},
)
"""`undocumented`: formats for which no source states a minimum, so that a target's refusal is not certain."""


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    minimum = rule["minimum"]
    if file.format is None or file.split != "train" or not 0 < file.rows < minimum:
        return
    if file.format in rule["undocumented"]:
        rule = rule.at_most(Severity.WARNING)
    have = "only 1 example" if file.rows == 1 else f"only {file.rows} examples"
    yield rule.at(None, f"the file has {have}", f"Collect at least {minimum}.")
