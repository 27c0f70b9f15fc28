"""
What it does:
    Finds an answer with an exclamation mark or an emoji at its beginning or end, where nearly no other under the
    same system prompt has one. Parameters: `share` of the answers must have none, and at least so many `rows`
    must have the system prompt.

Why it is bad:
    The tone of the model wavers.

Example:
    With `rules.register-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "Hey there, that one leaves at seven in the morning 🚢"}]}

Use instead:
    With `rules.register-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "The ferry to Brest leaves at seven in the morning."}]}

Fix:
    None.

Sources:
    OpenAI, fine-tuning best practices: the examples should have the tone that is wanted (2026-06). What is a
    matter of taste cannot be precise, so the rule is off.
"""

from collections.abc import Iterator
from functools import partial

from turnlint.corpus.profile import Kind, Marks, Profile
from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.consistency._drift import answer_of, odd_ones, under

RULE = Rule(
    severity=Severity.INFO,
    why="the tone of the model wavers",
    default=False,
    parameters={"share": 0.99, "rows": 100},
)
TRAIT = "profile"

_NAMES = {Marks.EXCLAMATION: "exclamation mark", Marks.EMOJI: "emoji"}


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    for mark, name in _NAMES.items():
        for odd in odd_ones(spread, partial(_has, mark), rule["share"], rule["rows"]):
            for handle, _ in () if odd.usual else odd.others:
                turn = answer_of(spread.member(handle))
                if turn is not None:
                    yield Verdict(
                        rule.module.name,
                        handle,
                        f"{odd.rows:,} of {odd.total:,} answers {under(odd.system)} have no {name}; this one "
                        "does",
                        "Write it in the tone of the others.",
                        others=odd.handles[:1],
                        place=turn.place,
                        notes=("one in the usual tone",),
                    )


def _has(mark: Marks, profile: Profile) -> bool | None:
    return bool(profile.marks & mark) if profile.kind == Kind.PROSE else None
