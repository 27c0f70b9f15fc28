"""
What it does:
    Finds messages whose role has a name that other trainers use, and this one does not: `user` for `human`, `bot`
    for `gpt`. Told once a row.

Why it is bad:
    Trainers that read ShareGPT differ in the names that they take. One with another name stops the run, or the
    row is dropped.

Example:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "bot", "value": "hello"}]}

Use instead:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]}

Fix:
    Unsafe: writes the name that the target takes, in all messages of the row.

Sources:
    hiyouga/LLaMA-Factory, src/llamafactory/data/parser.py, default tags (2026-08); meta-pytorch/torchtune,
    _messages.py, ShareGPTToMessages (2026-04); unslothai/unsloth-zoo, dataset_utils.py (2026-08);
    NVIDIA-NeMo/Automodel, chat_dataset.py (2026-08).
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity, Turn
from turnlint.rules import ORDER, Bound, Rule, quote
from turnlint.rules.wording import one_of

RULE = Rule(
    severity=Severity.ERROR,
    why="most trainers drop or refuse such a row",
    trigger=ORDER,
    formats=("sharegpt", "sharegpt-kto", "sharegpt-preference"),
    parameters={
        "names": {
            "system": ("system",),
            "user": ("human", "user"),
            "assistant": ("gpt", "assistant", "function_call"),
            "tool": ("observation", "tool"),
        }
    },
)
"""`names`: what the target calls each role, the usual name first; none for a role that it does not have."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    names = rule["names"]
    foreign = [turn for turn in example.all_turns if _is_foreign(turn, names.get(turn.role, ()))]
    if not foreign:
        return
    first = foreign[0]
    taken = names.get(first.role, ())
    todo = f"Write {one_of([f'`{name}`' for name in taken])}." if taken else "It has no such messages."
    what = f"{quote(first.speaker)} is the name of a role elsewhere"
    yield rule.at(first.role_place, what, todo, fix=_fix(foreign, names))


def _is_foreign(turn: Turn, taken: tuple[str, ...]) -> bool:
    return turn.speaker is not None and turn.role is not None and turn.speaker not in taken


def _fix(foreign: list[Turn], names: dict[str, tuple[str, ...]]) -> Fix | None:
    if any(turn.has_calls or not names.get(turn.role or "") for turn in foreign):
        return None
    edits = [Edit(turn.role_place, json.dumps(names[turn.role or ""][0])) for turn in foreign]
    return Fix("Rename the roles", tuple(edits))
