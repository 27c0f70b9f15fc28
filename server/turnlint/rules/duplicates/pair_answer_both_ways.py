"""
What it does:
    Finds a comparison that closes a circle: it prefers A to B, and others for the same prompt prefer B to C and C
    to A. Comparisons that rank several answers, A over B and B over C, stay silent; where only one answer may be
    right, set the parameter `ranked` to false: then an answer that one row prefers and another one does not is
    told, too.

Why it is bad:
    There is no order of the answers by which all of them are right, and the model learns from none.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "Cold."}], "non_preferred_output": [{"role": "assistant", "content": "No idea."}]}
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "No idea."}], "non_preferred_output": [{"role": "assistant", "content": "About 14 degrees."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "Cold."}], "non_preferred_output": [{"role": "assistant", "content": "No idea."}]}

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
from turnlint.rules.answers import Answer, numbered
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.duplicates._pairs import Preferences, preferences

RULE = Rule(
    severity=Severity.WARNING,
    why="there is no order of the answers by which all rows are right",
    parameters={"ranked": True},
)

_NAMED = 3


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    found = (_verdicts(known, rule) for known in preferences(group))
    return numbered(chain.from_iterable(found), group.key)


def _verdicts(known: Preferences, rule: Bound) -> Iterator[Verdict]:
    for one, against in known.contradicted:
        if len(against) > 1:
            named = [ROW] * min(len(against), _NAMED)
            words = f"{', '.join(named[:-1])} and {named[-1]}" if len(against) <= _NAMED else ", ".join(named)
            more = f" and {len(against) - _NAMED} more" if len(against) > _NAMED else ""
            what = f"this comparison closes a circle with {words}{more}"
            yield _verdict(rule, one, against, what)
    if not rule["ranked"]:
        for one, other in known.both_ways:
            yield _verdict(rule, one, [other], f"one of these answers is on the other side in {ROW}")


def _verdict(rule: Bound, one: Answer, against: list[Answer], what: str) -> Verdict:
    return Verdict(
        rule.module.name,
        one.handle,
        what,
        "Correct the one that is wrong.",
        others=tuple(other.handle for other in against),
        places=tuple(other.place for other in against),
        notes=("a comparison for the same prompt",),
        place=one.place,
    )
