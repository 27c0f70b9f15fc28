"""
What it does:
    Finds files in a format that the target took for models which are no more.

Why it is bad:
    The models of today are trained on another format, and the job may be refused.

Example:
    With `target = "gemini"` in the settings:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "model", "content": "hello"}]}

Use instead:
    {"contents": [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "hello"}]}]}

Fix:
    None. `turnlint convert` writes the file anew.

Sources:
    The documentation of each target; see its page.
"""

from collections.abc import Iterator

from turnlint.formats import get_format
from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the models of today are trained on another one",
    default=False,
    parameters={"formats": ()},
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format in rule["formats"] and file.format is not None:
        title = get_format(file.format).title
        yield rule.at(None, f"the {title} format is that of older models", "Convert the file.")
