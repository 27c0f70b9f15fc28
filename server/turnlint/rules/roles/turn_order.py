"""
What it does:
    Finds a message that may not stand where it stands: a user after a user, an assistant at the beginning, a user
    right after a tool. Which role may follow which is data of the target. Instructions are passed over; told once
    a row, where the order breaks first.

Why it is bad:
    Services that check the order refuse the file. Trainers drop the row, or a chat template fails in the middle
    of a run with "roles must alternate".

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "user", "content": "Anyone?"}, {"role": "assistant", "content": "Yes."}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi. Anyone?"}, {"role": "assistant", "content": "Yes."}]}

Fix:
    None.

Sources:
    togethercomputer/together-python, files.py (2025-12); fw-ai/cookbook, choose-method.md (2026-08);
    hiyouga/LlamaFactory, converter.py (2026-08); meta-pytorch/torchtune, _messages.py (2026-04).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import ORDER, Bound, Rule
from turnlint.rules.roles._order import INSTRUCTIONS
from turnlint.rules.wording import one_of

START, END = "start", "end"

RULE = Rule(
    severity=Severity.WARNING,
    why="chat templates and validators want the roles in turn",
    trigger=ORDER,
    default=False,
    kinds=("conversation", "preference", "prompt", "judged"),
    parameters={"after": {"user": (START, "assistant", "tool"), "assistant": ("user", "tool")}},
)
"""`after`: for each role those that it may follow, `start` for the beginning; a role without is free. `end` stands
for the end of a conversation that has an answer."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    before: str | None = START
    for turn in example.turns:
        if turn.role in INSTRUCTIONS:
            # What stands in the middle is misplaced itself, and may part what belongs together.
            before = before if before == START else None
        elif turn.role is not None and not turn.implied:
            allowed = rule["after"].get(turn.role)
            if allowed is not None and before is not None and before not in allowed:
                yield rule.at(turn.role_place, _what(turn, before), _todo(turn, before, allowed))
                return
            before = turn.role
    allowed = rule["after"].get(END)
    if allowed is not None and before not in (*allowed, START, None) and _is_answered(example):
        last = example.turns[-1]
        named = one_of([f"`{role}`" for role in allowed])
        yield rule.at(last.role_place, f"the conversation ends with the {last.role}", f"End it with {named}.")


def _is_answered(example: Example) -> bool:
    return any(turn.role == "assistant" for turn in example.turns)


def _what(turn: Turn, before: str) -> str:
    if before == START:
        return f"the conversation begins with the {turn.role}"
    same = "another one" if before == turn.role else f"one of role `{before}`"
    return f"this {turn.role} message follows {same}"


def _todo(turn: Turn, before: str, allowed: tuple[str, ...]) -> str:
    if before == turn.role:
        return "Join them, or put what is missing between them."
    named = one_of(["the beginning" if role == START else f"`{role}`" for role in allowed])
    return f"A message of role `{turn.role}` may follow {named} alone."
