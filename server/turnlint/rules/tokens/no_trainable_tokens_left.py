"""
What it does:
    Finds examples that are longer than the target trains on, and all of whose trained tokens come after the
    limit. Data for reinforcement, whose prompts are not trained on, stays silent. Where
    the tokens of an image are a guess, this is no more than a warning.

Why it is bad:
    The example is cut before its first answer begins. It costs what it costs, and teaches nothing.

Example:
    With `tokens.limit = 30` in the settings:
    {"messages": [{"role": "user", "content": "Here is the harbour's notice of today, all of it, from the first line to the last. When is high water?"}, {"role": "assistant", "content": "At 14:20."}]}

Use instead:
    {"messages": [{"role": "user", "content": "When is high water?"}, {"role": "assistant", "content": "At 14:20."}]}

Fix:
    None.

Sources:
    OpenAI's fine-tuning guides: longer examples are cut from the end.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import Bound, Fit, Rule
from turnlint.rules.tokens._limit import limit_of, name_of, place_of, say

RULE = Rule(severity=Severity.ERROR, why="nothing is left to train on")


def tokens(fit: Fit, example: Example, rule: Bound) -> Iterator[Finding]:
    if fit.cut is None or fit.cut.trained or not fit.measured.trained:
        return
    if any(turn.images for turn in example.all_turns) and fit.measured.about:
        rule = rule.at_most(Severity.WARNING)  # the size of an image may be guessed far too large
    what = f"all trained tokens of the example come after {limit_of(fit)}"
    yield rule.at(place_of(fit), what, f"Shorten what comes before them: {_longest(fit, example)}.")


def _longest(fit: Fit, example: Example) -> str:
    """What takes up most of the room before the limit."""
    turns = [one.turn for one in fit.measured.turns]
    last = turns.index(fit.cut.turn) if fit.cut is not None and fit.cut.turn is not None else 0
    longest = max(fit.measured.turns[: last + 1], key=lambda one: one.total - one.trained)
    if fit.measured.rest > longest.total - longest.trained:
        return f"what comes before the turns, such as tools, has {say(fit.measured.rest, fit)}"
    return f"{name_of(longest.turn, example)} has {say(longest.total, fit)}"
