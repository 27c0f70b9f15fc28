"""
What it does:
    Finds comparisons that are longer than the target trains on, and whose two answers differ only beyond the
    limit.

Why it is bad:
    Both answers are cut, and what is left of them is the same: there is nothing to prefer.

Example:
    With `tokens.limit = 24` in the settings:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "In March, at the northern end of the bay, it is about 7 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "In March, at the northern end of the bay, it is warm enough to swim."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 7 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Warm."}]}

Fix:
    None.

Sources:
    Follows from how long examples are cut.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Related, Severity, Turn
from turnlint.rules import Bound, Fit, Rule
from turnlint.rules.tokens._limit import limit_of
from turnlint.tokens import Cut

RULE = Rule(
    severity=Severity.WARNING,
    why="there is nothing left to prefer",
    yields_to=("no-trainable-tokens-left",),
)


def tokens(fit: Fit, example: Example, rule: Bound) -> Iterator[Finding]:
    if not fit.answers or example.outputs is None:
        return
    answers = (example.preferred, example.non_preferred)
    one, other = (_left(answer, cut) for answer, cut in zip(answers, fit.answers, strict=True))
    if one == other is not None and not _is_same(*answers):
        preferred, rejected = example.outputs
        what = f"both answers are the same up to {limit_of(fit)}"
        related = [Related("the preferred answer", place=preferred)]
        yield rule.at(rejected, what, "Shorten what comes before the difference.", related=related)


def _left(answer: tuple[Turn, ...], cut: Cut) -> list[str] | None:
    """The texts that are left of an answer, with the word that is cut; None where it is no text that is cut."""
    if cut.turn not in answer or cut.place is None or cut.place.chars is None:
        return None
    left: list[str] = []
    for turn in answer:
        for text in turn.texts:
            if text.pointer == cut.place.pointer:
                return [*left, text.value[: cut.place.chars[1]]]
            left.append(text.value)
    return None


def _is_same(preferred: tuple[Turn, ...], other: tuple[Turn, ...]) -> bool:
    """Whether the answers are the same as wholes, which another rule tells."""
    return [turn.text.split() for turn in preferred] == [turn.text.split() for turn in other]
