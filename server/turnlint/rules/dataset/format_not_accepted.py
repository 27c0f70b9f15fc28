"""
What it does:
    Finds files in a format that the target does not take.

Why it is bad:
    The job is refused, or the data is read as something else. The message says how to convert it.

Example:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    The documentation of each target; see its page.
"""

from collections.abc import Iterator

from turnlint.formats import get_format
from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule
from turnlint.rules.wording import one_of

RULE = Rule(severity=Severity.ERROR, why="the target does not take it")

_TO_CHAT = {
    "sharegpt": (
        "Write `messages` for `conversations`, `role` for `from` (`user` for human, `assistant` for gpt) "
        "and `content` for `value`."
    ),
    "alpaca": (
        "Write `messages`: `instruction` and `input` as a user message, `output` as an assistant message."
    ),
    "prompt-completion": "Write `messages`: `prompt` as a user message, `completion` as an assistant message.",
}
"""How to make OpenAI chat of a format."""


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format is None or not file.accepted or file.format in file.accepted:
        return
    chat = "openai-chat" in file.accepted
    todo = _TO_CHAT.get(file.format, "") if chat else ""
    titles = one_of([get_format(name).title for name in file.accepted])
    what = f"the file is in the {get_format(file.format).title} format"
    yield rule.at(None, what, todo or f"Convert it to {titles}.")
