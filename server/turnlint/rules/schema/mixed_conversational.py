"""
What it does:
    Finds rows in which one side is a text and another one a list of messages: the prompt and the completion, or
    the two answers of a comparison.

Why it is bad:
    A trainer looks at one of them and takes all for the same. It joins a text with a list, and stops, or writes
    the brackets of the list into the prompt. Where both answers begin with the prompt as a message, some trainers
    read that in place of the text, and it is a warning.

Example:
    {"prompt": "Is the bridge open?", "completion": [{"role": "assistant", "content": "Until eight."}]}

Use instead:
    {"prompt": [{"role": "user", "content": "Is the bridge open?"}], "completion": [{"role": "assistant", "content": "Until eight."}]}

Fix:
    Unsafe: makes the text one message, of the user in a prompt and of the assistant in an answer. Of a prompt that
    both answers begin with, too, it removes the text.

Sources:
    huggingface/trl, trl/data_utils.py at f2cd577 (2026-07-24), is_conversational: one key decides for all;
    maybe_extract_prompt of versions before 1.0 reads the answers alone.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.rules.wording import written

RULE = Rule(severity=Severity.ERROR, why="a trainer takes all for what one of them is")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    other, *roles = fault.expected
    if fault.name == "prompt" and not roles:
        yield _doubled(fault, rule.at_most(Severity.WARNING))
        return
    fix = next((_as_message(fault, role) for role in roles), None)
    what = f"`{fault.name}` is a text, and `{other}` is a list of messages"
    yield rule.at(fault.place, what, "Write both in the same way.", fix=fix)


def _doubled(fault: ShapeFault, rule: Bound) -> Finding:
    what = f"`prompt` is a text, and `{fault.expected[0]}` begins with the prompt as a message"
    fix = Fix("Remove `prompt`", (Edit(fault.place, remove=True),))
    why = "some trainers and versions stop, others read the messages alone"
    return rule.at(fault.place, what, "Remove `prompt`.", why=why, fix=fix)


def _as_message(fault: ShapeFault, role: str) -> Fix:
    message = f'[{{"role": "{role}", "content": {written(fault.found)}}}]'
    return Fix(f"Make it a message of the {role}", (Edit(fault.place, message),))
