"""
What it does:
    Finds an answer that is at least eight times as long, or as short, as 98 % of the others under the same
    system prompt. At least so many `rows`, a parameter, must have the system prompt.

Why it is bad:
    It may be cut off, or several examples in one. Where it is meant, the model learns no length to go by.

Example:
    With `rules.answer-length-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning from the second pier of the old harbour; be there half an hour before, with a ticket that you have stamped, and leave your car behind the hall. Dogs may come along on a lead, bicycles cost two pounds more, and there is warm food on board until an hour before we are in Hull."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening from the first pier of the new harbour; be there half an hour before, with a ticket that you have stamped, and leave your car behind the hall. Dogs may come along on a lead, bicycles cost two pounds more, and there is warm food on board until an hour before we are in Oban."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night from the third pier of the old harbour; be there half an hour before, with a ticket that you have stamped, and leave your car behind the hall. Dogs may come along on a lead, bicycles cost two pounds more, and there is warm food on board until an hour before we are in Cork."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "It leaves at seven."}]}

Use instead:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "The ferry to Brest leaves at seven."}]}

Fix:
    None.

Sources:
    OpenAI, fine-tuning best practices: the examples should have the length that is wanted (2026-06). Files of
    many tasks have answers of every length, so the rule is off.
"""

from collections.abc import Iterator

from turnlint.corpus.profile import Kind, Profile
from turnlint.corpus.tally import Count
from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.consistency._drift import answer_of, kinds_of, under

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns no length to go by",
    default=False,
    parameters={"share": 0.98, "rows": 100},
)
TRAIT = "profile"

_DOUBLINGS = 3


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    for system, sizes in kinds_of(spread, _size):
        total = sum(count.rows for counts in sizes.values() for count in counts)
        if total < rule["rows"]:
            continue
        least, most, rows = _usual(sizes, total * (1 - rule["share"]))
        if rows < rule["share"] * total:
            continue
        usual = min(
            handle
            for size, counts in sizes.items()
            if least <= size <= most
            for one in counts
            for handle in one.handles
        )
        odd = [size for size in sizes if size <= least - _DOUBLINGS or size >= most + _DOUBLINGS]
        for handle in sorted(handle for size in odd for count in sizes[size] for handle in count.handles):
            turn = answer_of(spread.member(handle))
            if turn is not None:
                yield Verdict(
                    rule.module.name,
                    handle,
                    f"{rows:,} of {total:,} answers {under(system)} have {1 << least - 1:,} to "
                    f"{(1 << most) - 1:,} characters; this one has {len(turn.text.strip()):,}",
                    "Check that nothing is missing and that it is one example.",
                    others=(usual,),
                    place=turn.place,
                    notes=("one of the usual length",),
                )


def _usual(sizes: dict[int, list[Count]], spare: float) -> tuple[int, int, int]:
    """The sizes, from and to, of all answers but a few at either end; and how many are of these sizes."""
    rows = {size: sum(count.rows for count in counts) for size, counts in sizes.items()}
    kept = sorted(rows)
    while len(kept) > 1:
        end = 0 if rows[kept[0]] < rows[kept[-1]] else -1
        if rows[kept[end]] > spare:
            break
        spare -= rows[kept.pop(end)]
    return kept[0], kept[-1], sum(rows[size] for size in kept)


def _size(profile: Profile) -> int | None:
    return profile.size if profile.kind in (Kind.PROSE, Kind.WORDS) and profile.size else None
