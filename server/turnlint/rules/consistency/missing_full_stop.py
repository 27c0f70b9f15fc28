"""
What it does:
    Finds an answer of one paragraph that ends without a full stop, where nearly all others under the same
    system prompt end with one (or with a question mark or an exclamation mark). Parameters: `share` of these
    answers must end so, and at least so many `rows` must have one.

Why it is bad:
    The answer may be cut off. Where it is not, the model learns to end now this way and now that.

Example:
    With `rules.missing-full-stop = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "The ferry to Brest leaves at seven in the"}]}

Use instead:
    With `rules.missing-full-stop = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "The ferry to Brest leaves at seven in the morning."}]}

Fix:
    None.

Sources:
    Own count (2026-11): 40 of 11,818 rows of the Alpaca and GPTeacher files have a long answer that is cut off.
"""

from collections.abc import Iterator

from turnlint.corpus.profile import Kind, Profile, Stop
from turnlint.model import Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.consistency._drift import answer_of, odd_ones, under

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to end now this way and now that",
    default=False,
    parameters={"share": 0.98, "rows": 50},
)
TRAIT = "profile"

_SHOWN = 20


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    for odd in odd_ones(spread, _stop, rule["share"], rule["rows"]):
        for handle, _ in odd.others if odd.usual == Stop.FULL else ():
            turn = answer_of(spread.member(handle))
            if turn is None or not turn.texts:
                continue
            text = turn.texts[-1]
            end = len(text.value.rstrip())
            start = max(text.value.rfind(" ", 0, end) + 1, end - _SHOWN, 0)
            yield Verdict(
                rule.module.name,
                handle,
                f"{odd.rows:,} of {odd.total:,} answers of one paragraph {under(odd.system)} end with a full "
                f"stop; this one ends with {quote(text.value[start:end])}",
                "Complete it, or add the full stop.",
                others=odd.handles[:1],
                place=text.place.slice(start, end),
                notes=("one that ends with a full stop",),
            )


def _stop(profile: Profile) -> Stop | None:
    is_paragraph = profile.kind == Kind.PROSE and profile.stop != Stop.OTHER
    return profile.stop if is_paragraph else None
