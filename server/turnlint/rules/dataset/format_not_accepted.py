"""
What it does:
    Finds files in a format that the target does not take.

Why it is bad:
    The job is refused, or the data is read as something else. The message says how to convert it.

Example:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    The documentation of each target; see its page.
"""

from collections.abc import Iterator

from turnlint.formats import conversions, get_format
from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule
from turnlint.rules.wording import one_of

RULE = Rule(severity=Severity.ERROR, why="the target does not take it")


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format is None or not file.accepted or file.format in file.accepted:
        return
    titles = one_of([get_format(name).title for name in file.accepted])
    what = f"the file is in the {get_format(file.format).title} format"
    possible = conversions(file.format, file.accepted)
    todo = f"Convert it: `turnlint convert --to {possible[0]}`." if possible else f"Convert it to {titles}."
    yield rule.at(None, what, todo)
