"""
What it does:
    Finds an answer of supervised training data that is the non-preferred answer to the same prompt in preference
    data of the same data set.

Why it is bad:
    One stage teaches what the next one takes back.

Example:
    With `dataset = [{ train = ["sft.jsonl", "dpo.jsonl"] }]` in the settings:
    In `sft.jsonl`:
    {"messages": [{"role": "user", "content": "How cold is the sea?"}, {"role": "assistant", "content": "Cold."}]}
    In `dpo.jsonl`:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    With `dataset = [{ train = ["sft.jsonl", "dpo.jsonl"] }]` in the settings:
    In `sft.jsonl`:
    {"messages": [{"role": "user", "content": "How cold is the sea?"}, {"role": "assistant", "content": "About 14 degrees."}]}
    In `dpo.jsonl`:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    OpenAI, preference fine-tuning guide: supervised training on the preferred answers comes first.
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.answers import Answer, answers, asked_alike, numbered, same_turns
from turnlint.rules.compare import ROW, Group, Verdict

RULE = Rule(severity=Severity.WARNING, why="one stage teaches what the next one takes back")


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    return numbered(_verdicts(group, rule), group.key)


def _verdicts(group: Group, rule: Bound) -> Iterator[Verdict]:
    rows = [one for one in answers(group) if one.split == "train"]
    rejecting: dict[int, list[Answer]] = {}
    for one in rows:
        if one.method == "preference" and one.exchange.other not in (0, one.exchange.answer):
            rejecting.setdefault(one.exchange.other, []).append(one)
    for one in rows if rejecting else ():
        if one.method == "sft" and one.is_taught:
            against = next(
                (row for row in rejecting.get(one.exchange.answer, ()) if _rejects(row, one)), None
            )
            if against is not None:
                yield Verdict(
                    rule.module.name,
                    one.handle,
                    f"this row teaches the answer that {ROW} does not prefer",
                    "Teach the preferred answer.",
                    others=(against.handle,),
                    places=(against.example.non_preferred[0].place,),
                    notes=("the answer is not preferred here",),
                    place=one.place,
                )


def _rejects(row: Answer, taught: Answer) -> bool:
    is_same = same_turns(row.example.non_preferred, taught.exchange.turns)
    return is_same and asked_alike(row, taught)
