"""
What it does:
    Finds conversations in which every assistant message has weight 0.

Why it is bad:
    Weight 0 takes a message out of training. With all of them out, the row costs tokens and teaches nothing.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello", "weight": 0}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello", "weight": 1}]}

Fix:
    Unsafe: gives the last answer weight 1.

Sources:
    OpenAI's supervised fine-tuning guide, on `weight`. How the service reacts is not known.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity
from turnlint.rules import Bound, Keys, Rule
from turnlint.tokens.loss import is_trained

RULE = Rule(
    severity=Severity.WARNING,
    why="nothing in this row is trained on",
    trigger=Keys(("weight",)),
    kinds=("conversation",),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    answers = [turn for turn in example.turns if turn.role == "assistant"]
    if answers and not any(is_trained(turn, example) for turn in answers):
        place = answers[-1].place.at("weight")
        what = "every assistant message has weight 0" if len(answers) > 1 else "the only answer has weight 0"
        fix = Fix("Give the last answer weight 1", (Edit(place, "1"),))
        yield rule.at(place, what, "Give weight 1 to what the model is to learn, or remove the row.", fix=fix)
