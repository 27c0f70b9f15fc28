"""
What it does:
    Finds examples with more tokens than the target trains on. The message says in which turn the limit falls,
    and how many of the trained tokens come before it.

Why it is bad:
    Mostly the example is cut from its end without a word, so that the last answer is lost first. Some
    trainers drop it, some refuse it.

Example:
    With `tokens.limit = 40` in the settings:
    {"messages": [{"role": "user", "content": "When is high water?"}, {"role": "assistant", "content": "At 14:20, and again at 02:50 tomorrow."}, {"role": "user", "content": "And low water?"}, {"role": "assistant", "content": "At 08:05 and at 20:30."}]}

Use instead:
    {"messages": [{"role": "user", "content": "When is high water?"}, {"role": "assistant", "content": "At 14:20, and again at 02:50 tomorrow."}]}

Fix:
    None.

Sources:
    OpenAI's fine-tuning guides: longer examples are cut from the end.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import Bound, Fit, Rule
from turnlint.rules.tokens._limit import name_of, place_of, say

RULE = Rule(
    severity=Severity.INFO,
    why="what is over is cut off, or the example is dropped",
    yields_to=("no-trainable-tokens-left", "identical-within-limit"),
)


def tokens(fit: Fit, example: Example, rule: Bound) -> Iterator[Finding]:
    total = fit.measured.total
    what = f"the example has {say(total, fit)}, {total - fit.limit:,} over the limit of {fit.limit:,}"
    yield rule.at(place_of(fit), what, f"Shorten or split it: {_left(fit, example)}.")


def _left(fit: Fit, example: Example) -> str:
    """What comes before the limit."""
    if fit.cut is None or fit.cut.turn is None:
        return "what comes before its turns is longer alone"
    where = f"the limit falls in {name_of(fit.cut.turn, example)}"
    if not fit.measured.trained:
        return where
    left = f"{'about ' * fit.measured.about}{fit.cut.trained:,} of {fit.measured.trained:,} trained tokens"
    return f"{where}, and {left} come before it"
