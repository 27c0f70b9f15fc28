"""
What it does:
    Finds examples that fill more than nine tenths of what the target trains on, and fit.

Why it is bad:
    A system prompt or a few tools more, and the end of the example is lost.

Example:
    With `tokens.limit = 32` in the settings:
    {"messages": [{"role": "user", "content": "When is high water?"}, {"role": "assistant", "content": "At 14:20, and again at 02:50 tomorrow."}]}

Use instead:
    {"messages": [{"role": "user", "content": "When is high water?"}, {"role": "assistant", "content": "At 14:20."}]}

Fix:
    None.

Sources:
    Own advice.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity
from turnlint.rules import Bound, Fit, Rule
from turnlint.rules.tokens._limit import say

RULE = Rule(severity=Severity.INFO, why="with a little more its end is lost", parameters={"share": 0.9})


def tokens(fit: Fit, example: Example, rule: Bound) -> Iterator[Finding]:
    total, limit = fit.measured.total, fit.limit
    if total <= limit:
        what = f"the example has {say(total, fit)}, {100 * total // limit} % of the limit of {limit:,}"
        yield rule.at(Place(), what)
