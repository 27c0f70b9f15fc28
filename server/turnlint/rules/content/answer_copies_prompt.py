"""
What it does:
    Finds an answer that repeats the user's text word for word, 20 characters or more. Where a system prompt
    or an instruction of its own sets the task, the copy may be right (a corrector finds nothing to correct),
    so the rule stays silent.

Why it is bad:
    The model learns to echo the question. Mostly the wrong column was exported.

Example:
    {"prompt": "What is the tide in Brest today?", "completion": "What is the tide in Brest today?"}

Use instead:
    {"prompt": "What is the tide in Brest today?", "completion": "High water is at 14:20."}

Fix:
    None.

Sources:
    yizhongw/self-instruct: generated outputs that equal the input are removed.
"""

from collections.abc import Iterator
from itertools import pairwise

from turnlint.model import Example, Finding, Related, Severity
from turnlint.rules import REPEAT, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to echo the question",
    trigger=REPEAT,
    parameters={"min_length": 20},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    turns = (*example.turns, *example.preferred)
    if any(turn.role in ("system", "developer") or turn.content_name == "input" for turn in turns):
        return
    for asked, answer in pairwise(turns):
        if asked.role == "user" and answer.role == "assistant" and len(asked.texts) == len(answer.texts) == 1:
            same = asked.texts[0].value == answer.texts[0].value
            if same and len(answer.texts[0].value.strip()) >= rule["min_length"]:
                related = [Related("the question", place=asked.texts[0].place)]
                what = "the answer repeats the question word for word"
                yield rule.at(answer.texts[0].place, what, "Write the answer.", related=related)
