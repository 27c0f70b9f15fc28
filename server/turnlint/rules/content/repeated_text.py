r"""
What it does:
    Finds an answer that says one line five times or more, or in which one run of ten words makes up more than
    three tenths of a long text.

Why it is bad:
    The text comes from a model that got into a loop, and teaches loops.

Example:
    {"prompt": "Hi", "completion": "I like boats a lot.\nI like boats a lot.\nI like boats a lot.\nI like boats a lot.\nI like boats a lot."}

Use instead:
    {"prompt": "Hi", "completion": "I like boats a lot."}

Fix:
    None.

Sources:
    Rae and others, Scaling Language Models (2021), table A1; huggingface/datatrove, examples/fineweb.py.
"""

from collections import Counter
from collections.abc import Iterator

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to loop",
    trigger=Words((" ",)),
    default=False,
    parameters={"lines": 5, "share": 0.3},
)

_LINE = 15
"""Code points of a line that says something; shorter ones are brackets, rules and table cells."""
_RUN = 10
_LONG = 200


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "assistant":
        return
    line, times = _most(line.strip() for line in text.value.split("\n"))
    if times >= rule["lines"]:
        start = text.value.find(line)
        what = f"the answer says the line {quote(line)} {times} times"
        yield rule.at(text.place.slice(start, start + len(line)), what, "Cut the repetition.")
        return
    words = text.value.split()
    if len(words) < _LONG or " " not in text.value:
        return
    run, times = _most(" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
    if times * _RUN > rule["share"] * len(words):
        what = f"the answer repeats {quote(run)} {times} times"
        yield rule.at(text.place, what, "Cut the repetition.")


def _most(pieces: Iterator[str]) -> tuple[str, int]:
    """The most frequent piece that says something, and how often it stands there."""
    counts = Counter(piece for piece in pieces if len(piece) >= _LINE and " " in piece)
    return counts.most_common(1)[0] if counts else ("", 0)
