"""
What it does:
    Finds comparisons that are not one answer with the score 1 and one with the score 0: other numbers of answers,
    or two with the same score.

Why it is bad:
    Nobody can tell which answer is the better one, and the service refuses the file.

Example:
    {"contents": [{"role": "user", "parts": [{"text": "Name a fruit."}]}], "completions": [{"score": 1, "completion": {"role": "model", "parts": [{"text": "An apple."}]}}, {"score": 1, "completion": {"role": "model", "parts": [{"text": "A brick."}]}}]}

Use instead:
    {"contents": [{"role": "user", "parts": [{"text": "Name a fruit."}]}], "completions": [{"score": 1, "completion": {"role": "model", "parts": [{"text": "An apple."}]}}, {"score": 0, "completion": {"role": "model", "parts": [{"text": "A brick."}]}}]}

Fix:
    None. Only the author knows which answer is the better one.

Sources:
    Google, Vertex AI, preference tuning for Gemini (2026): exactly two completions, one of each score.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="nobody can tell which answer is the better one")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if type(fault.found) is list:
        what = f"a comparison has two answers, and this one {len(fault.found)}"
        yield rule.at(fault.place, what, "Write the better answer and the worse one.")
    else:
        other = fault.expected[0]
        yield rule.at(fault.place, "both answers have the same score", f"Give one of them the score {other}.")
