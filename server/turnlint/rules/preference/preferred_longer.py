"""
What it does:
    Says when the preferred answer is the longer one in most comparisons of a file. Parameters: at least so many
    `rows`, `share` of them with a longer preferred answer.

Why it is bad:
    The model learns that longer is better, and its answers grow.

Example:
    With `rules.preferred-longer.rows = 2` in the settings:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees in June."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}
    {"input": {"messages": [{"role": "user", "content": "How deep is it?"}]}, "preferred_output": [{"role": "assistant", "content": "Some 40 metres here."}], "non_preferred_output": [{"role": "assistant", "content": "Deep."}]}

Use instead:
    With `rules.preferred-longer.rows = 2` in the settings:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees in June."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}
    {"input": {"messages": [{"role": "user", "content": "How deep is it?"}]}, "preferred_output": [{"role": "assistant", "content": "Some 40 metres."}], "non_preferred_output": [{"role": "assistant", "content": "That is hard to say."}]}

Fix:
    None.

Sources:
    Length is a known confounder of preference data: natolambert/rlhf-book. Own count (2026-11): 44 % in the
    harmless part of hh-rlhf, and 44 % in a demo file for DPO.
"""

from collections.abc import Iterator

from turnlint.corpus.profile import Pair, read_profile
from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.compare import Spread, Verdict

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns that longer is better",
    parameters={"rows": 50, "share": 0.75},
)
TRAIT = "profile"


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    rows = dict.fromkeys(Pair, 0)
    for (_, bits), count in spread.counts.items():
        rows[read_profile(bits).pair] += count.rows
    total = sum(rows.values()) - rows[Pair.NONE]
    if total >= rule["rows"] and rows[Pair.LONGER] >= rule["share"] * total:
        yield Verdict(
            rule.module.name,
            None,
            f"the preferred answer is the longer one in {rows[Pair.LONGER]:,} of {total:,} comparisons",
            "Add comparisons in which the shorter answer is the better one.",
        )
