"""
What it does:
    Finds an answer of the assistant that is empty or only white space, where it neither calls tools nor
    refuses.

Why it is bad:
    The model learns to say nothing. OpenAI's checker counts such a message as missing.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": ""}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    openai/openai-cookbook, Chat_finetuning_data_prep.ipynb; openai/openai-python, _validators.py (2026-08);
    gururise/AlpacaDataCleaned, README.md: empty outputs.
"""

from collections.abc import Iterator

from turnlint.formats import get_format
from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import BLANK, Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="the model learns to say nothing", trigger=BLANK)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.role != "assistant" or turn.has_calls or turn.refusal or turn.images:
        return
    if turn.texts and not any(text.value.strip() for text in turn.texts):
        state = "white space only" if any(text.value for text in turn.texts) else "empty"
        name = "text" if get_format(example.format).kind == "text" else "answer"
        yield rule.at(turn.content_place, f"the {name} is {state}", f"Write the {name} or remove the row.")
