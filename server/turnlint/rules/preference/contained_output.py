"""
What it does:
    Finds comparisons in which one answer is the other with something before or behind it.

Why it is bad:
    The pair teaches little but to answer longer, or shorter.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "Cold. About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    Length is a known confounder of preference data: allenai/open-instruct and natolambert/rlhf-book discuss
    it.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Related, Severity, Turn
from turnlint.rules import Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="the pair teaches little but the length of the answer",
    kinds=("preference",),
    default=False,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if example.outputs is None:
        return
    preferred, other = (_text(turns) for turns in (example.preferred, example.non_preferred))
    if preferred == other or not preferred or not other:
        return
    names = ("preferred", "non-preferred")
    if preferred in other:
        names = names[::-1]
    elif other not in preferred:
        return
    related = [Related("the other answer", place=example.outputs[0])]
    what = f"the {names[0]} answer is the {names[1]} one and more"
    yield rule.at(
        example.outputs[1], what, "Check that the rest is what makes it better or worse.", related=related
    )


def _text(turns: tuple[Turn, ...]) -> str:
    """The words of an answer; none where it calls tools."""
    if any(turn.has_calls for turn in turns):
        return ""
    return " ".join(" ".join(turn.text.split()) for turn in turns)
