"""
What it does:
    Finds a row that is the beginning of another row of its split, which repeats all its turns and goes on. Rows
    stay silent where the weights say that the longer one does not train on the answer again, and of small talk.

Why it is bad:
    The model sees the turns of the shorter row twice. That is a slip where conversations were cut up or trees
    of answers laid out flat; the longer row alone teaches the same.

Example:
    {"messages": [{"role": "user", "content": "Name a prime number, please."}, {"role": "assistant", "content": "7 is one."}]}
    {"messages": [{"role": "user", "content": "Name a prime number, please."}, {"role": "assistant", "content": "7 is one."}, {"role": "user", "content": "Another one?"}, {"role": "assistant", "content": "11 is one, too."}]}

Use instead:
    {"messages": [{"role": "user", "content": "Name a prime number, please."}, {"role": "assistant", "content": "7 is one."}, {"role": "user", "content": "Another one?"}, {"role": "assistant", "content": "11 is one, too."}]}

Fix:
    None.

Sources:
    allenai/open-instruct, pull request 68: trees of OASST laid out flat repeat their shared turns.
"""

from collections.abc import Hashable, Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.answers import SMALL_TALK, Answer, answers, contrasts, numbered, same_around
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.wording import where_held_out

RULE = Rule(severity=Severity.INFO, why="the model sees its turns twice")


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    return numbered(_verdicts(group, rule), group.key)


def _verdicts(group: Group, rule: Bound) -> Iterator[Verdict]:
    longer: dict[Hashable, list[Answer]] = {}
    shorter: dict[Hashable, Answer] = {}
    for one in answers(group):
        if one.method == "sft" and one.is_taught and one.question_bytes >= SMALL_TALK:
            key: Hashable = (one.split, one.says)
            if one.exchange.is_last:
                shorter.setdefault(key, one)
            else:
                longer.setdefault(key, []).append(one)
    for key, one in shorter.items():
        whole = next((other for other in longer.get(key, ()) if _begins_with(other, one)), None)
        if whole is not None:
            yield Verdict(
                rule.module.name,
                one.handle,
                f"this row is the beginning of {ROW}, which goes on",
                "Delete it, if the longer row trains on all its answers.",
                others=(whole.handle,),
                places=(whole.place,),
                notes=("the longer row",),
                why=where_held_out(one.split, "the evaluation counts its turns twice"),
            )


def _begins_with(longer: Answer, shorter: Answer) -> bool:
    turns = shorter.example.turns
    if not same_around(longer.example, shorter.example):
        return False
    return contrasts(longer.example.turns[: len(turns)], turns) is not None
