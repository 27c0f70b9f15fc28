"""
What it does:
    Finds a comparison that prefers the answer which another one for the same prompt does not, and the other way
    round.

Why it is bad:
    The two cancel each other out, and the model learns from neither.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "Cold."}], "non_preferred_output": [{"role": "assistant", "content": "About 14 degrees."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    Gao and others, Impact of Preference Noise on the Alignment Performance of Generative Language Models
    (arXiv 2404.09824).
"""

from collections.abc import Iterator
from itertools import chain

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.answers import numbered
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.duplicates._pairs import Preferences, preferences

RULE = Rule(severity=Severity.WARNING, why="the two cancel each other out")


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    found = (_verdicts(known, rule) for known in preferences(group))
    return numbered(chain.from_iterable(found), group.key)


def _verdicts(known: Preferences, rule: Bound) -> Iterator[Verdict]:
    for one, against in known.contradicted:
        if len(against) == 1:
            yield Verdict(
                rule.module.name,
                one.handle,
                f"{ROW} prefers these two answers the other way round",
                "Keep the row that is right.",
                others=(against[0].handle,),
                places=(against[0].place,),
                notes=("the same answers, the other one preferred",),
                place=one.place,
            )
