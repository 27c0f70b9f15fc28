"""
What it does:
    Finds a system, developer or user message whose content is empty or only white space, and content given
    as an empty list of parts. An empty answer is `empty-answer`. A tool may well return nothing, and the
    `input` of an instruction may be empty.

Why it is bad:
    The model learns to answer a question that nobody asked. Mostly the text was lost on the way.

Example:
    {"messages": [{"role": "user", "content": " "}, {"role": "assistant", "content": "Hello!"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello!"}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04: a list of content parts has at least one item.
    MicrosoftDocs/azure-docs, issues 107548, 108515 and 110314 (2023): empty prompts refused.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, ShapeFault, Turn
from turnlint.rules import BLANK, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the answer that follows has nothing to answer",
    trigger=BLANK,
    parameters={"roles": ("system", "developer", "user"), "empty_prompt": False},
)


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"the content of this {fault.owner} is an empty list"
    yield rule.at(fault.place, what, "Write the text as a string, or add a text part.")


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.role not in rule["roles"] or turn.images or not turn.texts:
        return
    if any(text.value.strip() for text in turn.texts) or _is_allowed(turn, example, rule):
        return
    state = "white space only" if any(text.value for text in turn.texts) else "empty"
    yield rule.at(turn.content_place, f"the {turn.role} message is {state}", "Write the text or remove it.")


def _is_allowed(turn: Turn, example: Example, rule: Bound) -> bool:
    if example.format == "prompt-completion":
        return not rule["empty_prompt"]
    # An instruction and its input make one question together.
    return turn.implied and any(one.role == turn.role and one.text.strip() for one in example.turns)
