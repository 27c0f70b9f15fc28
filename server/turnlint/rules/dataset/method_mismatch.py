"""
What it does:
    Finds files whose format is for another training method than the one that the settings name.

Why it is bad:
    The job is refused: each method reads rows of its own shape.

Example:
    With `stage = "preference"` in the settings:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "hi"}]}, "preferred_output": [{"role": "assistant", "content": "hello"}], "non_preferred_output": [{"role": "assistant", "content": "go away"}]}

Fix:
    None. Name the method that fits, or convert the data.

Sources:
    OpenAI answers "the input file is in the fine-tune-chat format, but the job is not using 'supervised'"
    (2024-12).
"""

from collections.abc import Iterator

from turnlint.formats import get_format
from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(severity=Severity.ERROR, why="each method reads rows of its own shape")

_METHODS = {"sft": "supervised", "preference": "preference", "reinforcement": "reinforcement"}


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format is None or file.method is None:
        return
    found = get_format(file.format)
    if found.stage != file.method:
        fits, named = (_METHODS.get(stage, stage) for stage in (found.stage, file.method))
        what = f"the {found.title} format is for {fits} fine-tuning, and the settings name {named}"
        yield rule.at(None, what, f'Set `stage = "{found.stage}"`, or convert the data.')
